#include "ui/look/frame_monitor.h"

#include <algorithm>

namespace slipway::ui {

FrameMonitor::FrameMonitor(QObject* parent) : QObject(parent) {
    timer_.setTimerType(Qt::PreciseTimer);
    timer_.setInterval(period);
    connect(&timer_, &QTimer::timeout, this, &FrameMonitor::tick);
}

void FrameMonitor::start() {
    clock_.start();
    last_ = second_ = 0;
    longest_ = longestNow_ = 0;
    stalls_ = 0;
    timer_.start();
}

void FrameMonitor::tick() {
    const qint64 now = clock_.nsecsElapsed();
    const double late = std::max(0.0, double(now - last_) / 1e6 - period);
    last_ = now;
    stalls_ += late > frame ? 1 : 0;
    longest_ = std::max(longest_, late);
    longestNow_ = std::max(longestNow_, late);
    if (now - second_ < 1'000'000'000)
        return;
    second_ = now;
    emit measured(std::exchange(longestNow_, 0));
}

} // namespace slipway::ui
