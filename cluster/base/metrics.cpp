#include "cluster/base/metrics.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <format>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

namespace slipway::base {
namespace {

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\' || c == '"')
            out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

/// `name="value",...` without the braces.
std::string joined(const MetricLabels& labels) {
    std::string out;
    for (const auto& [name, value] : labels)
        out += std::format("{}{}=\"{}\"", out.empty() ? "" : ",", name, escaped(value));
    return out;
}

void printLine(std::string& out, std::string_view name, const std::string& labels, double value) {
    out += name;
    if (!labels.empty())
        out += "{" + labels + "}";
    out += std::format(" {}\n", value);
}

/// What /proc and the kernel tell about this process.
void printProcess(std::string& out) {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    const auto value = [&](std::string_view name, std::string_view help, std::string_view type, double number) {
        Metrics::printHead(out, name, help, type);
        printLine(out, name, {}, number);
    };
    value("process_cpu_seconds_total", "User and system CPU time spent.", "counter",
          seconds(usage.ru_utime) + seconds(usage.ru_stime));
    std::error_code error;
    const auto descriptors = std::distance(std::filesystem::directory_iterator("/proc/self/fd", error), {});
    value("process_open_fds", "Open file descriptors.", "gauge", static_cast<double>(descriptors));
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    value("process_max_fds", "How many file descriptors may be open.", "gauge", static_cast<double>(limit.rlim_cur));
    std::string stat;
    std::getline(std::ifstream("/proc/self/stat"), stat);
    const std::size_t name = stat.rfind(')');
    if (name == std::string::npos)
        return;
    std::istringstream fields(stat.substr(name + 2));
    std::string field;
    double started = 0, virtualBytes = 0, pages = 0;
    for (int i = 3; fields >> field; ++i) { // numbered as in proc(5)
        if (i == 22)
            started = std::stod(field);
        else if (i == 23)
            virtualBytes = std::stod(field);
        else if (i == 24)
            pages = std::stod(field);
    }
    timespec sinceBoot{};
    ::clock_gettime(CLOCK_BOOTTIME, &sinceBoot);
    const double boot = static_cast<double>(std::time(nullptr) - sinceBoot.tv_sec);
    value("process_start_time_seconds", "When the process started, in seconds since 1970.", "gauge",
          std::floor(boot + started / static_cast<double>(::sysconf(_SC_CLK_TCK))));
    value("process_virtual_memory_bytes", "Virtual memory.", "gauge", virtualBytes);
    value("process_resident_memory_bytes", "Resident memory.", "gauge",
          pages * static_cast<double>(::sysconf(_SC_PAGESIZE)));
}

} // namespace

Histogram::Histogram(std::span<const double> bounds) : bounds_(bounds), counts_(bounds.size() + 1) {}

void Histogram::observe(double value) {
    const auto at = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
    counts_[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
}

void Histogram::print(std::string& out, std::string_view name, const std::string& labels) const {
    const std::string before = labels.empty() ? "" : labels + ",";
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        sum += counts_[i].load(std::memory_order_relaxed);
        const std::string bound = i < bounds_.size() ? std::format("{}", bounds_[i]) : "+Inf";
        out += std::format("{}_bucket{{{}le=\"{}\"}} {}\n", name, before, bound, sum);
    }
    printLine(out, std::string(name) + "_sum", labels, sum_.load(std::memory_order_relaxed));
    printLine(out, std::string(name) + "_count", labels, static_cast<double>(sum));
}

Metrics& Metrics::process() {
    static Metrics metrics;
    return metrics;
}

Metrics::Family& Metrics::familyOf(std::string_view name, std::string_view help, std::string_view type) {
    const auto found = families_.find(name);
    if (found != families_.end())
        return found->second;
    Family& family = families_[std::string(name)];
    family.help = help;
    family.type = type;
    return family;
}

Counter& Metrics::counterOf(std::string_view type, std::string_view name, std::string_view help,
                            const MetricLabels& labels) {
    std::lock_guard lock(mutex_);
    auto& place = familyOf(name, help, type).counters[joined(labels)];
    if (!place)
        place = std::make_unique<Counter>();
    return *place;
}

Counter& Metrics::counter(std::string_view name, std::string_view help, const MetricLabels& labels) {
    return counterOf("counter", name, help, labels);
}

Counter& Metrics::gauge(std::string_view name, std::string_view help, const MetricLabels& labels) {
    return counterOf("gauge", name, help, labels);
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                              const MetricLabels& labels) {
    std::lock_guard lock(mutex_);
    auto& place = familyOf(name, help, "histogram").histograms[joined(labels)];
    if (!place)
        place = std::make_unique<Histogram>(bounds);
    return *place;
}

void Metrics::printHead(std::string& out, std::string_view name, std::string_view help, std::string_view type) {
    out += std::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void Metrics::printValue(std::string& out, std::string_view name, const MetricLabels& labels, double value) {
    printLine(out, name, joined(labels), value);
}

std::string Metrics::print() const {
    std::string out;
    {
        std::lock_guard lock(mutex_);
        for (const auto& [name, family] : families_) {
            printHead(out, name, family.help, family.type);
            for (const auto& [labels, counter] : family.counters)
                printLine(out, name, labels, counter->value());
            for (const auto& [labels, histogram] : family.histograms)
                histogram->print(out, name, labels);
        }
    }
    printProcess(out);
    return out;
}

} // namespace slipway::base
