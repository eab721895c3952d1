#pragma once

#include <QLabel>
#include <QSlider>
#include <QSpinBox>
#include <QWidget>

namespace slipway::ui {

/// A slider and a number for the replicas of a Deployment: 0 to 20, growing with the number.
class ScaleSlider : public QWidget {
    Q_OBJECT
public:
    explicit ScaleSlider(QWidget* parent = nullptr);

    /// Shows what the server says; ignored while somebody drags.
    void setReplicas(int wanted, int ready);
    QSlider& slider() { return *slider_; }
    void showError(const QString& error);

signals:
    void chosen(int replicas);

private:
    void display(int replicas);

    QSlider* slider_;
    QSpinBox* number_;
    QLabel* state_;
    int server_ = 0;
};

} // namespace slipway::ui
