#include "cluster/agent/node/pod_cgroups.h"

#include "cluster/base/files.h"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <sstream>
#include <unistd.h>

namespace slipway::agent {

namespace fs = std::filesystem;

namespace {

constexpr char podsGroup[] = "/kubepods";
constexpr const char* qosGroups[] = {"/kubepods", "/kubepods/burstable", "/kubepods/besteffort"};
constexpr std::int64_t leastShares = 2, mostShares = 262'144, leastQuota = 1000;

std::int64_t amount(const Amounts& amounts, const char* name) {
    const auto found = amounts.find(name);
    return found == amounts.end() ? 0 : found->second;
}

std::int64_t sharesOf(std::int64_t milliCpu) {
    return std::clamp(milliCpu * 1024 / 1000, leastShares, mostShares);
}

/// Version 2 counts in weights from 1 to 10000.
std::int64_t weightOf(std::int64_t shares) {
    return 1 + (shares - leastShares) * 9999 / (mostShares - leastShares);
}

std::uint64_t counterIn(const fs::path& file, const std::string& key = {}) {
    std::istringstream text(base::readFile(file).value_or(""));
    std::uint64_t value = 0;
    if (key.empty()) {
        text >> value;
        return value;
    }
    for (std::string name; text >> name >> value;)
        if (name == key)
            return value;
    return 0;
}

/// A group can go only when those below it are gone; its files cannot be removed one by one.
bool removeGroup(const fs::path& group) {
    std::error_code error;
    for (fs::directory_iterator it(group, error), end; !error && it != end; it.increment(error))
        if (it->is_directory(error) && !it->is_symlink(error))
            removeGroup(it->path());
    return ::rmdir(group.c_str()) == 0 || errno == ENOENT;
}

} // namespace

GroupLimits groupLimits(const core::PodSpec& spec, std::int64_t pids) {
    GroupLimits result;
    result.pids = pids;
    const std::string qos = qosClass(spec);
    result.cpuShares = qos == "BestEffort" ? leastShares : sharesOf(amount(podRequests(spec), "cpu"));
    const Amounts limits = podLimits(spec);
    if (const std::int64_t cpu = amount(limits, "cpu"); cpu > 0)
        result.cpuQuota = std::max(cpu * result.cpuPeriod / 1000, leastQuota);
    if (const std::int64_t memory = amount(limits, "memory"); memory > 0)
        result.memoryBytes = memory / 1000;
    return result;
}

PodCgroups::PodCgroups(std::int64_t podPids, fs::path top) : podPids_(podPids), top_(std::move(top)) {
    std::error_code error;
    unified_ = fs::exists(top_ / "cgroup.controllers", error);
}

std::string PodCgroups::pathOf(const core::Pod& pod) {
    // A pod's class does not change, not even by a resize.
    const std::string qos = pod.status && !pod.status->qosClass.empty() ? pod.status->qosClass : qosClass(*pod.spec);
    const int index = qos == "Burstable" ? 1 : qos == "BestEffort" ? 2 : 0;
    return std::format("{}/pod{}", qosGroups[index], pod.metadata.uid);
}

fs::path PodCgroups::folder(const char* controller, const std::string& path) const {
    return (unified_ ? top_ : top_ / controller) / fs::path(path).relative_path();
}

std::vector<fs::path> PodCgroups::hierarchies() const {
    std::vector<fs::path> result;
    if (unified_)
        return {top_};
    std::error_code error;
    for (fs::directory_iterator it(top_, error), end; !error && it != end; it.increment(error))
        if (it->is_directory(error) && !it->is_symlink(error))
            result.push_back(it->path());
    return result;
}

std::expected<void, std::string> PodCgroups::write(const fs::path& file, const std::string& text) const {
    const int number = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
    const bool good = number >= 0 && ::write(number, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    const int problem = errno;
    if (number >= 0)
        ::close(number);
    if (good || problem == ENOENT) // a controller that the node does not have bounds nothing
        return {};
    return std::unexpected(
        std::format("failed to write \"{}\" to {}: {}", text, file.string(), std::strerror(problem)));
}

void PodCgroups::make(const fs::path& hierarchy, const std::string& path) const {
    fs::path walked = hierarchy;
    std::error_code error;
    for (const auto& part : fs::path(path).relative_path()) {
        if (unified_) // what is below may be bounded only where it is switched on above
            for (const char* controller : {"+cpu", "+memory", "+pids", "+io", "+cpuset", "+hugetlb"})
                std::ignore = write(walked / "cgroup.subtree_control", controller);
        walked /= part;
        fs::create_directory(walked, error);
    }
}

std::expected<void, std::string> PodCgroups::apply(const std::string& path, const GroupLimits& limits) const {
    if (unified_)
        make(top_, path);
    else
        for (const char* controller : {"cpu", "memory", "pids"})
            if (std::error_code error; fs::exists(top_ / controller, error))
                make(top_ / controller, path);
    const fs::path cpu = folder("cpu", path), memory = folder("memory", path), pids = folder("pids", path);
    std::vector<std::pair<fs::path, std::string>> wanted;
    if (unified_) {
        wanted = {{cpu / "cpu.max", std::format("{} {}", limits.cpuQuota > 0 ? std::to_string(limits.cpuQuota) : "max",
                                                limits.cpuPeriod)},
                  {memory / "memory.max", limits.memoryBytes > 0 ? std::to_string(limits.memoryBytes) : "max"}};
        if (limits.cpuShares > 0)
            wanted.emplace_back(cpu / "cpu.weight", std::to_string(weightOf(limits.cpuShares)));
    } else {
        wanted = {{cpu / "cpu.cfs_period_us", std::to_string(limits.cpuPeriod)},
                  {cpu / "cpu.cfs_quota_us", std::to_string(limits.cpuQuota > 0 ? limits.cpuQuota : -1)},
                  {memory / "memory.limit_in_bytes", std::to_string(limits.memoryBytes > 0 ? limits.memoryBytes : -1)}};
        if (limits.cpuShares > 0)
            wanted.emplace_back(cpu / "cpu.shares", std::to_string(limits.cpuShares));
    }
    wanted.emplace_back(pids / "pids.max", limits.pids > 0 ? std::to_string(limits.pids) : "max");
    std::expected<void, std::string> result;
    for (const auto& [file, text] : wanted)
        if (auto written = write(file, text); !written && result)
            result = written; // the rest is worth having all the same
    return result;
}

void PodCgroups::prepareNode(const Amounts& allocatable) const {
    GroupLimits limits;
    limits.cpuShares = sharesOf(amount(allocatable, "cpu"));
    limits.memoryBytes = amount(allocatable, "memory") / 1000;
    std::ignore = apply(podsGroup, limits);
    std::ignore = apply(qosGroups[1], GroupLimits());
    GroupLimits least;
    least.cpuShares = leastShares;
    std::ignore = apply(qosGroups[2], least);
}

std::expected<void, std::string> PodCgroups::preparePod(const core::Pod& pod) const {
    return apply(pathOf(pod), groupLimits(*pod.spec, podPids_));
}

bool PodCgroups::removePod(const std::string& uid) const {
    bool gone = true;
    for (const fs::path& hierarchy : hierarchies())
        for (const char* qos : qosGroups)
            gone = removeGroup(hierarchy / fs::path(qos).relative_path() / ("pod" + uid)) && gone;
    return gone;
}

std::set<std::string> PodCgroups::pods() const {
    std::set<std::string> result;
    for (const fs::path& hierarchy : hierarchies())
        for (const char* qos : qosGroups) {
            std::error_code error;
            for (fs::directory_iterator it(hierarchy / fs::path(qos).relative_path(), error), end; !error && it != end;
                 it.increment(error))
                if (const std::string name = it->path().filename(); name.starts_with("pod") && it->is_directory(error))
                    result.insert(name.substr(3));
        }
    return result;
}

PodCgroups::Usage PodCgroups::usage(const std::string& path) const {
    Usage result;
    const fs::path memory = folder("memory", path);
    std::uint64_t inactive = 0;
    if (unified_) {
        result.cpuNanoseconds = counterIn(folder("cpu", path) / "cpu.stat", "usage_usec") * 1000;
        result.memoryUsage = counterIn(memory / "memory.current");
        inactive = counterIn(memory / "memory.stat", "inactive_file");
    } else {
        result.cpuNanoseconds = counterIn(folder("cpuacct", path) / "cpuacct.usage");
        result.memoryUsage = counterIn(memory / "memory.usage_in_bytes");
        inactive = counterIn(memory / "memory.stat", "total_inactive_file");
    }
    result.pids = counterIn(folder("pids", path) / "pids.current");
    result.memoryWorkingSet = result.memoryUsage - std::min(result.memoryUsage, inactive);
    return result;
}

} // namespace slipway::agent
