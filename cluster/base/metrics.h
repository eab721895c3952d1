#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Figures of the running process in Prometheus' text form (exposition format 0.0.4).
namespace slipway::base {

/// Label names and values, in the order they are printed.
using MetricLabels = std::vector<std::pair<std::string_view, std::string>>;

/// Counts up. Thread-safe.
class Counter {
public:
    void add(double amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
    double value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<double> value_ = 0;
};

/// How often values fell below each of some bounds. Thread-safe.
class Histogram {
public:
    /// @p bounds ascend and outlive the histogram.
    explicit Histogram(std::span<const double> bounds);
    void observe(double value);
    void print(std::string& out, std::string_view name, const std::string& labels) const;

private:
    const std::span<const double> bounds_;
    std::vector<std::atomic<std::uint64_t>> counts_; ///< per bound; the last one is for what is above all
    std::atomic<double> sum_ = 0;
};

/// The figures of one process. Thread-safe; what it hands out lives as long as it does.
class Metrics {
public:
    /// The process' own.
    static Metrics& process();

    Counter& counter(std::string_view name, std::string_view help, const MetricLabels& labels = {});
    /// A counter that goes both ways.
    Counter& gauge(std::string_view name, std::string_view help, const MetricLabels& labels = {});
    Histogram& histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                         const MetricLabels& labels = {});

    /// Everything, and what the kernel tells about the process (process_cpu_seconds_total and so on).
    std::string print() const;

    /// One line of a figure that is read only when asked for.
    static void printValue(std::string& out, std::string_view name, const MetricLabels& labels, double value);
    static void printHead(std::string& out, std::string_view name, std::string_view help, std::string_view type);

private:
    struct Family {
        std::string help;
        std::string_view type;
        std::map<std::string, std::unique_ptr<Counter>> counters; ///< by printed labels
        std::map<std::string, std::unique_ptr<Histogram>> histograms;
    };
    Counter& counterOf(std::string_view type, std::string_view name, std::string_view help, const MetricLabels& labels);
    Family& familyOf(std::string_view name, std::string_view help, std::string_view type);

    mutable std::mutex mutex_;
    std::map<std::string, Family, std::less<>> families_;
};

} // namespace slipway::base
