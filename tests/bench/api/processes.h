#pragma once

#include <string>
#include <vector>

namespace slipway::bench {

/// What a process used, read from /proc.
struct ProcessUse {
    int pid = 0;
    std::string name;
    double residentMiB = 0, cpuSeconds = 0;
};

/// The present use of the processes with these ids; those that are gone are left out.
std::vector<ProcessUse> readUse(const std::vector<int>& pids);
/// All of them together; no name.
ProcessUse totalUse(const std::vector<int>& pids);

} // namespace slipway::bench
