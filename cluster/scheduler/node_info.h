#pragma once

#include "cluster/scheduler/pod_groups.h"
#include "cluster/scheduler/pod_info.h"

#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace slipway::scheduler {

/// A pod on a node.
struct PlacedPod {
    std::string key, node, uid, ownerUid, startedAt;
    Resources requests;
    std::vector<HostPort> hostPorts;
    std::int32_t priority = 0;
    bool leaving = false;
    std::shared_ptr<const PodTraits> traits;
    PodGroup* group = nullptr; ///< while it is counted
};

/// What pods take of a node.
struct NodeLoad {
    Resources requested;
    std::int64_t pods = 0;
    /// As requested, but a pod that asks for nothing counts as a small one: for scores.
    std::int64_t assumedMilliCpu = 0, assumedMemory = 0;
    std::vector<HostPort> usedPorts;

    void add(const Resources& requests, const std::vector<HostPort>& ports);
    void remove(const Resources& requests, const std::vector<HostPort>& ports);
};

/// What a pod that asks for nothing is taken to need, so that such pods spread too (as kube-scheduler does).
std::int64_t assumedMilliCpu(const Resources& requests);
std::int64_t assumedMemory(const Resources& requests);

/// A node and what its pods take of it.
struct NodeInfo {
    Resources allocatable;
    std::int64_t allowedPods = 0;
    NodeLoad load;
    bool unschedulable = false;
    bool present = false;   ///< false: pods name it, but the Node has not been seen
    bool nominated = false; ///< some pod waits for room on it
    std::vector<api::core_v1::Taint> taints;
    std::vector<std::string> taintReasons; ///< what is said of each taint
    std::string name;
    std::map<std::string, std::string> labels;
    std::unordered_map<std::string, int> podsByOwner;
    std::unordered_map<std::string, std::int64_t> images; ///< bytes by name
    std::unordered_set<const PlacedPod*> placed;

    const std::string* label(const std::string& key) const {
        const auto found = labels.find(key);
        return found == labels.end() ? nullptr : &found->second;
    }
};

} // namespace slipway::scheduler
