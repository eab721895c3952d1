#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace slipway::bench {

/// What many requests of one kind took. Filled by one thread; merge() joins those of several.
class Samples {
public:
    void add(std::chrono::nanoseconds time) { times_.push_back(time); }
    void fail(std::string why);
    void merge(Samples other);

    std::size_t count() const { return times_.size(); }
    std::size_t failures() const { return failures_; }
    const std::string& firstFailure() const { return firstFailure_; }
    /// In milliseconds; @p part from 0 to 1. 0 without samples.
    double percentile(double part) const;

private:
    mutable std::vector<std::chrono::nanoseconds> times_;
    std::size_t failures_ = 0;
    std::string firstFailure_;
};

/// One line of the result.
struct Outcome {
    std::string operation;
    int clients = 0;
    double seconds = 0;
    Samples samples;
    double eventsPerSecond = 0; ///< of watches: all watchers together
    double cpuSeconds = 0;      ///< of the server's processes meanwhile (user and system)
    double residentMiB = 0;     ///< of the server's processes afterwards

    double perSecond() const { return seconds > 0 ? double(samples.count()) / seconds : 0; }
    /// What a request cost the server, in milliseconds of one processor: on a busy machine it says more than the rate.
    double cpuPerRequest() const { return samples.count() > 0 ? cpuSeconds * 1000 / double(samples.count()) : 0; }
};

} // namespace slipway::bench
