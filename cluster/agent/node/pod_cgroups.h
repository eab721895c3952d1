#pragma once

#include "cluster/agent/pod/pod_resources.h"

#include <expected>
#include <filesystem>
#include <set>
#include <vector>

namespace slipway::agent {

/// What the kernel is told for a whole group of processes; 0: no bound.
struct GroupLimits {
    std::int64_t cpuShares = 0, cpuQuota = 0, cpuPeriod = 100'000, memoryBytes = 0, pids = 0;
    bool operator==(const GroupLimits&) const = default;
};

/// The limits of a pod's group (by quality of service, as Kubernetes documents it). @p pids: 0 for no bound. Plain.
GroupLimits groupLimits(const core::PodSpec& spec, std::int64_t pids);

/// The control groups above the containers': /kubepods, a group per quality of service in it, a group per pod in that.
/// Works with version 1, version 2, and both beside each other. Thread-safe: each call touches one group.
class PodCgroups {
public:
    /// @p podPids: the most processes of a pod; 0: no bound.
    explicit PodCgroups(std::int64_t podPids = 0, std::filesystem::path top = "/sys/fs/cgroup");

    /// "/kubepods/burstable/pod<uid>"
    static std::string pathOf(const core::Pod& pod);

    /// Makes the group that all pods are in, bounded by what the node may give away.
    void prepareNode(const Amounts& allocatable) const;
    /// Makes a pod's group, or brings its limits up to date. The error names the file the kernel refused.
    std::expected<void, std::string> preparePod(const core::Pod& pod) const;
    /// Removes a pod's group, whatever its quality of service; false when processes are left in it.
    bool removePod(const std::string& uid) const;
    /// Pods that have a group.
    std::set<std::string> pods() const;

    struct Usage {
        std::uint64_t cpuNanoseconds = 0, memoryUsage = 0, memoryWorkingSet = 0, pids = 0;
    };
    /// What all processes of a group use. @p path as pathOf() gives it, "/kubepods" for all pods.
    Usage usage(const std::string& path) const;

private:
    std::expected<void, std::string> apply(const std::string& path, const GroupLimits& limits) const;
    std::expected<void, std::string> write(const std::filesystem::path& file, const std::string& text) const;
    std::filesystem::path folder(const char* controller, const std::string& path) const;
    std::vector<std::filesystem::path> hierarchies() const;
    void make(const std::filesystem::path& hierarchy, const std::string& path) const;

    std::int64_t podPids_;
    std::filesystem::path top_;
    bool unified_;
};

} // namespace slipway::agent
