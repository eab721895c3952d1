#include "cluster/agent/node/capacity.h"

#include "cluster/base/files.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sched.h>
#include <sstream>
#include <sys/statvfs.h>

namespace slipway::agent {

namespace fs = std::filesystem;

namespace {

std::int64_t meminfo(const fs::path& procRoot, const std::string& key) {
    std::ifstream file(procRoot / "meminfo");
    std::string name;
    for (std::int64_t kib = 0; file >> name >> kib; file.ignore(64, '\n'))
        if (name == key + ":")
            return kib * 1024;
    return 0;
}

std::optional<std::int64_t> numberIn(const fs::path& path) {
    const auto text = base::readFile(path);
    if (!text || text->empty() || !std::isdigit(static_cast<unsigned char>((*text)[0])))
        return std::nullopt;
    return std::strtoll(text->c_str(), nullptr, 10);
}

/// The group's folder and those above it, up to the hierarchy's root: each of them may limit.
std::vector<fs::path> chain(const fs::path& hierarchy, const std::string& group) {
    std::vector<fs::path> result;
    for (fs::path path = fs::path(group).lexically_normal().relative_path();; path = path.parent_path()) {
        std::error_code error;
        if (fs::exists(hierarchy / path, error))
            result.push_back(hierarchy / path);
        if (path.empty())
            return result;
    }
}

/// "cpu" -> "/kubepods/x" from /proc/self/cgroup; the empty name is the v2 hierarchy.
std::string groupOf(const fs::path& procRoot, const std::string& controller) {
    std::ifstream file(procRoot / "self/cgroup");
    for (std::string line; std::getline(file, line);) {
        const std::size_t first = line.find(':'), second = line.find(':', first + 1);
        if (second == std::string::npos)
            continue;
        std::istringstream names(line.substr(first + 1, second - first - 1));
        if (controller.empty() && first + 1 == second)
            return line.substr(second + 1);
        for (std::string name; std::getline(names, name, ',');)
            if (!controller.empty() && name == controller)
                return line.substr(second + 1);
    }
    return "/";
}

/// The value of a key in a file of "key value" lines.
std::int64_t entry(const fs::path& path, const std::string& key) {
    std::ifstream file(path);
    std::string name;
    for (std::int64_t value = 0; file >> name >> value;)
        if (name == key)
            return value;
    return 0;
}

/// What a group that is bounded may still take; caches that nobody uses do not count as taken.
void limitAvailable(Capacity& capacity, const fs::path& folder, const char* most, const char* usage,
                    const char* inactive) {
    const auto bound = numberIn(folder / most), used = numberIn(folder / usage);
    if (!bound || !used || *bound >= capacity.memoryBytes + 1)
        return;
    const std::int64_t taken = std::max<std::int64_t>(0, *used - entry(folder / "memory.stat", inactive));
    capacity.memoryAvailable = std::clamp<std::int64_t>(*bound - taken, 0, capacity.memoryAvailable);
}

void countProcesses(Capacity& capacity, const fs::path& procRoot, const std::vector<fs::path>& groups) {
    capacity.processes = numberIn(procRoot / "sys/kernel/pid_max").value_or(0);
    if (const auto threads = numberIn(procRoot / "sys/kernel/threads-max"); threads && *threads > 0)
        capacity.processes = std::min(capacity.processes, *threads);
    std::ifstream load(procRoot / "loadavg");
    std::string skip, tasks;
    load >> skip >> skip >> skip >> tasks; // "runnable/all"
    const std::size_t slash = tasks.find('/');
    const std::int64_t running = slash == std::string::npos ? 0 : std::strtoll(tasks.c_str() + slash + 1, nullptr, 10);
    capacity.processesFree = std::max<std::int64_t>(0, capacity.processes - running);
    for (const fs::path& folder : groups) {
        const auto most = numberIn(folder / "pids.max"), used = numberIn(folder / "pids.current");
        if (most && used && *most < capacity.processes) {
            capacity.processes = *most;
            capacity.processesFree = std::max<std::int64_t>(0, *most - *used);
        }
    }
}

void limit(std::int64_t& value, std::int64_t most) {
    if (most > 0 && most < value)
        value = most;
}

void applyV2(const fs::path& hierarchy, const std::string& group, Capacity& capacity) {
    for (const fs::path& folder : chain(hierarchy, group)) {
        if (const auto memory = numberIn(folder / "memory.max"))
            limit(capacity.memoryBytes, *memory);
        std::istringstream cpu(base::readFile(folder / "cpu.max").value_or(""));
        std::string quota;
        std::int64_t period = 0;
        if (cpu >> quota >> period && quota != "max" && period > 0)
            limit(capacity.milliCpu, std::strtoll(quota.c_str(), nullptr, 10) * 1000 / period);
    }
}

} // namespace

Capacity readCapacity(const fs::path& root, const fs::path& cgroupRoot, const fs::path& procRoot) {
    Capacity capacity;
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    ::sched_getaffinity(0, sizeof cpus, &cpus);
    capacity.milliCpu = 1000LL * std::max(1, CPU_COUNT(&cpus));
    capacity.memoryBytes = meminfo(procRoot, "MemTotal");
    for (const fs::path& folder : chain(cgroupRoot / "memory", groupOf(procRoot, "memory")))
        if (const auto memory = numberIn(folder / "memory.limit_in_bytes"))
            limit(capacity.memoryBytes, *memory);
    for (const fs::path& folder : chain(cgroupRoot / "cpu", groupOf(procRoot, "cpu"))) {
        const auto quota = numberIn(folder / "cpu.cfs_quota_us"), period = numberIn(folder / "cpu.cfs_period_us");
        if (quota && period && *quota > 0 && *period > 0)
            limit(capacity.milliCpu, *quota * 1000 / *period);
    }
    std::error_code error;
    const bool unified = fs::exists(cgroupRoot / "cgroup.controllers", error);
    const fs::path second = unified ? cgroupRoot : cgroupRoot / "unified";
    applyV2(second, groupOf(procRoot, ""), capacity);
    capacity.memoryAvailable = std::min(meminfo(procRoot, "MemAvailable"), capacity.memoryBytes);
    for (const fs::path& folder : chain(cgroupRoot / "memory", groupOf(procRoot, "memory")))
        limitAvailable(capacity, folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");
    for (const fs::path& folder : chain(second, groupOf(procRoot, "")))
        limitAvailable(capacity, folder, "memory.max", "memory.current", "inactive_file");
    countProcesses(capacity, procRoot,
                   unified ? chain(second, groupOf(procRoot, ""))
                           : chain(cgroupRoot / "pids", groupOf(procRoot, "pids")));
    struct statvfs disk{};
    if (::statvfs(root.c_str(), &disk) == 0) {
        capacity.storageBytes = static_cast<std::int64_t>(disk.f_blocks) * static_cast<std::int64_t>(disk.f_frsize);
        capacity.storageFree = static_cast<std::int64_t>(disk.f_bavail) * static_cast<std::int64_t>(disk.f_frsize);
        capacity.inodes = static_cast<std::int64_t>(disk.f_files);
        capacity.inodesFree = static_cast<std::int64_t>(disk.f_favail);
    }
    return capacity;
}

} // namespace slipway::agent
