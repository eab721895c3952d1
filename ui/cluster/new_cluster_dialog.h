#pragma once

#include <QComboBox>
#include <QDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSlider>
#include <QString>

namespace slipway::ui {

/// What somebody wants of a new local cluster.
struct NewCluster {
    QString name;
    QString driver = QStringLiteral("native");
    int nodes = 1;
    int controlPlanes = 1; ///< how many of them run the API server
    double cpus = 0;       ///< of each node; 0: no limit
    qint64 memoryMiB = 0;  ///< likewise
};

/// What this computer has, as the upper ends of the sliders.
struct HostSize {
    int cpus = 1;
    qint64 memoryMiB = 1024;
};
HostSize hostSize();

/// Asks for a new cluster's name, driver and size.
class NewClusterDialog : public QDialog {
    Q_OBJECT
public:
    /// @p taken: names that are in use.
    NewClusterDialog(const QStringList& taken, HostSize host, QWidget* parent = nullptr);

    NewCluster wish() const;
    QLineEdit& name() { return *name_; }
    QSlider& nodes() { return *nodes_; }
    QComboBox& controlPlanes() { return *controlPlanes_; }
    QPushButton& createButton() { return *create_; }

private:
    QSlider* addSlider(QFormLayout& form, const QString& words, int most, QLabel*& value);
    void check();

    QStringList taken_;
    HostSize host_;
    QLineEdit* name_;
    QComboBox* driver_;
    QComboBox* controlPlanes_;
    QLabel *nodesValue_ = nullptr, *cpusValue_ = nullptr, *memoryValue_ = nullptr, *problem_;
    QSlider *nodes_, *cpus_, *memory_;
    QPushButton* create_;
};

} // namespace slipway::ui
