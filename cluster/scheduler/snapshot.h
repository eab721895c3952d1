#pragma once

#include "cluster/scheduler/resources.h"

#include <memory>
#include <string>
#include <unordered_map>

namespace slipway::scheduler {

/// A port a pod takes on its node.
struct HostPort {
    std::string ip, protocol;
    std::int32_t port = 0;
    bool operator==(const HostPort&) const = default;
};

/// What scheduling needs to know of a pod; the pod itself is kept only while it waits.
struct PodInfo {
    std::string key, uid; ///< "namespace/name"
    Resources requests;
    std::vector<HostPort> hostPorts;
    std::string ownerUid; ///< of its controller, or empty
    std::int32_t priority = 0;
    std::shared_ptr<const api::core_v1::Pod> pod;
};

PodInfo describePod(std::shared_ptr<const api::core_v1::Pod> pod);

/// A node and what its pods take of it.
struct NodeInfo {
    std::string name;
    std::map<std::string, std::string> labels;
    std::vector<api::core_v1::Taint> taints;
    bool unschedulable = false;
    bool present = false; ///< false: pods name it, but the Node has not been seen
    Resources allocatable, requested;
    std::int64_t allowedPods = 0, pods = 0;
    std::vector<HostPort> usedPorts;
    std::unordered_map<std::string, int> podsByOwner;
};

/// All nodes with their pods, kept up to date piece by piece. Not thread-safe: its owner locks.
class Snapshot {
public:
    void setNode(const api::core_v1::Node& node);
    void removeNode(const std::string& name);
    /// Counts a pod on a node; a pod of the same key counted before is replaced.
    void setPod(const PodInfo& pod, const std::string& node);
    /// Nothing happens when the pod is not counted. @return whether it was.
    bool removePod(const std::string& key);
    bool holdsPod(const std::string& key) const { return placed_.contains(key); }

    /// The nodes in the order of their names; those with present == false are no candidates.
    const std::map<std::string, NodeInfo>& nodes() const { return nodes_; }
    int nodeCount() const;

private:
    struct Placed {
        std::string node, uid, ownerUid;
        Resources requests;
        std::vector<HostPort> hostPorts;
    };
    void forgetIfEmpty(const std::string& node);

    std::map<std::string, NodeInfo> nodes_;
    std::unordered_map<std::string, Placed> placed_;
};

} // namespace slipway::scheduler
