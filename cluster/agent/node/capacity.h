#pragma once

#include "cluster/agent/pod/environment.h"

#include <filesystem>

namespace slipway::agent {

/// What the machine around the agent really has, as far as its own control group lets it.
struct Capacity {
    std::int64_t milliCpu = 0, memoryBytes = 0, storageBytes = 0, storageFree = 0, memoryAvailable = 0;
    std::int64_t inodes = 0, inodesFree = 0, processes = 0, processesFree = 0;
    int pods = 110;
};

/// Reads limits of control groups v1 and v2 (the mixed layout, too), CPU affinity, memory and the file system of @p
/// root.
/// @p sysRoot and @p procRoot are for tests.
Capacity readCapacity(const std::filesystem::path& root, const std::filesystem::path& cgroupRoot = "/sys/fs/cgroup",
                      const std::filesystem::path& procRoot = "/proc");

} // namespace slipway::agent
