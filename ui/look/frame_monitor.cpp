#include "ui/look/frame_monitor.h"

#include <algorithm>
#include <ctime>
#include <utility>

namespace slipway::ui {
namespace {

/// Processor time of this thread, in milliseconds.
double threadTime() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) * 1e3 + double(time.tv_nsec) / 1e6;
}

} // namespace

FrameMonitor::FrameMonitor(QObject* parent) : QObject(parent) {
    timer_.setTimerType(Qt::PreciseTimer);
    timer_.setInterval(period);
    connect(&timer_, &QTimer::timeout, this, &FrameMonitor::tick);
}

void FrameMonitor::start() {
    clock_.start();
    last_ = second_ = 0;
    longest_ = longestNow_ = busiest_ = 0;
    used_ = threadTime();
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
    const double used = threadTime();
    busiest_ = std::max(busiest_, used - std::exchange(used_, used));
    if (now - second_ < 1'000'000'000)
        return;
    second_ = now;
    emit measured(std::exchange(longestNow_, 0));
}

} // namespace slipway::ui
