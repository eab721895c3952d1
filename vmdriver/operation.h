#pragma once
// What every long operation of the lifecycle shares: stamped progress reports, and waiting that can be cancelled.

#include <algorithm>
#include <chrono>
#include <stop_token>
#include <string>
#include <thread>

#include "vmdriver/driver_error.h"
#include "vmdriver/progress.h"

namespace slipway::vmdriver {

/// Stamps reports with the time since the operation began and keeps their fraction from going back.
class Reporter {
public:
    explicit Reporter(const ProgressSink& sink) : sink_(sink) {}

    void operator()(Step step, double fraction, std::string text) {
        fraction_ = std::max(fraction_, fraction);
        if (sink_)
            sink_({step, fraction_, std::move(text),
                   std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began_)});
    }

private:
    const ProgressSink& sink_;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    double fraction_ = 0;
};

/// Asks `condition` every `interval` until it holds. Errors: cancelled, notReady with `what` it waited for.
template <typename Condition>
Result<void> waitUntil(Condition condition, std::chrono::steady_clock::time_point deadline, const std::stop_token& stop,
                       const std::string& what, std::chrono::milliseconds interval = std::chrono::milliseconds(10)) {
    while (!condition()) {
        if (stop.stop_requested())
            return failure(DriverErrc::cancelled, "cancelled");
        if (std::chrono::steady_clock::now() > deadline)
            return failure(DriverErrc::notReady, what);
        std::this_thread::sleep_for(interval);
    }
    return {};
}

} // namespace slipway::vmdriver
