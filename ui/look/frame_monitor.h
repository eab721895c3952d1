#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace slipway::ui {

/// Measures how long the GUI thread is kept from its events: a timer that should come every few milliseconds says how
/// late it was. GUI thread.
class FrameMonitor : public QObject {
    Q_OBJECT
public:
    explicit FrameMonitor(QObject* parent = nullptr);

    void start();
    void stop() { timer_.stop(); }
    bool isRunning() const { return timer_.isActive(); }
    /// Since the start: the longest stall, and how many were longer than a frame (16 ms). In milliseconds.
    double longest() const { return longest_; }
    int stalls() const { return stalls_; }
    /// The most processor time the thread itself used between two ticks: on a busy machine a stall may be somebody
    /// else's doing, this is ours.
    double busiest() const { return busiest_; }

signals:
    /// Once a second: the longest stall of that second.
    void measured(double longest);

private:
    void tick();

    static constexpr int period = 4;
    static constexpr double frame = 16;
    QTimer timer_;
    QElapsedTimer clock_;
    qint64 last_ = 0, second_ = 0;
    double longest_ = 0, longestNow_ = 0, busiest_ = 0, used_ = 0;
    int stalls_ = 0;
};

} // namespace slipway::ui
