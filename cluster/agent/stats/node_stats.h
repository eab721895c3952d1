#pragma once

#include "cluster/agent/node/capacity.h"
#include "cluster/agent/node/pod_cgroups.h"
#include "cluster/agent/pod/pods.h"
#include "cluster/agent/stats/usage.h"
#include "cluster/agent/volume/folder_use.h"

/// What the node and everything on it uses at one moment, as plain values that summary.h and exposition.h print.
namespace slipway::agent {

struct FileSystemStats {
    std::uint64_t available = 0, capacity = 0, used = 0, inodesFree = 0, inodes = 0, inodesUsed = 0;
};

struct VolumeStats {
    std::string name, claim; ///< claim: of a persistent volume, its claim's name
    FileSystemStats fs;
};

struct ContainerStats {
    UsageRate usage;
    WallTime startedAt;
    FolderUse logs;
};

struct PodStats {
    std::string uid, ns, name;
    WallTime startedAt;
    std::vector<ContainerStats> containers;
    PodCgroups::Usage group; ///< of all its processes, also the sandbox's own
    std::vector<InterfaceUsage> interfaces;
    std::uint64_t processes = 0;
    std::vector<VolumeStats> volumes;
};

struct NodeStats {
    std::string name;
    WallTime at, startedAt; ///< startedAt: of the machine
    UsageRate node;
    Capacity capacity;
    FileSystemStats fs;
    std::vector<InterfaceUsage> interfaces;
    std::vector<PodStats> pods;
    PodCgroups::Usage allPods, agent; ///< agent: this process
};

/// Looks at everything. Asks the runtime: not for every second.
NodeStats collectStats(PodEnvironment& environment, const Pods& pods, const Usage& usage, FolderUses& folders,
                       const std::string& nodeName);

/// Reads /proc/net/dev and the like; loopback is left out.
std::vector<InterfaceUsage> readInterfaces(const std::filesystem::path& file = "/proc/net/dev");

} // namespace slipway::agent
