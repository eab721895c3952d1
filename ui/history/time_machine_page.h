#pragma once

#include "ui/history/diff_view.h"
#include "ui/history/past_objects.h"
#include "ui/resources/kind_catalog.h"
#include "ui/session/session.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QTimer>
#include <QTreeWidget>
#include <QWidget>

namespace slipway::ui {

/// The cluster at any revision the server remembers: a slider goes back, objects that differ from now come first, and
/// any of them, or all, can be brought back.
class TimeMachinePage : public QWidget {
    Q_OBJECT
public:
    explicit TimeMachinePage(SessionPtr session, QWidget* parent = nullptr);
    QSlider& slider() { return *slider_; }
    QComboBox& kinds() { return *kind_; }
    QTreeWidget& list() { return *list_; }

signals:
    void restoreRequested(const QStringList& yaml);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void retranslate();
    void fillKinds();
    void read();
    void fill(const client::Result<PastList>& past);
    void display();

    static constexpr int furthest = 20'000; ///< revisions the slider goes back at most
    SessionPtr session_;
    PastList past_;
    std::int64_t newest_ = 0, oldest_ = 1;
    QLabel *title_, *revision_, *state_;
    QComboBox* kind_;
    QSlider* slider_;
    QTreeWidget* list_;
    DiffView* diff_;
    QPushButton *bringBack_, *bringAll_;
    QTimer pause_;
    int request_ = 0;
};

} // namespace slipway::ui
