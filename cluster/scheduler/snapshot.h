#pragma once

#include "cluster/scheduler/resources.h"
#include "cluster/scheduler/volumes.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace slipway::scheduler {

/// A port a pod takes on its node.
struct HostPort {
    std::string ip, protocol;
    std::int32_t port = 0;
    bool operator==(const HostPort&) const = default;
};

/// What other pods' rules ask of a pod: where it counts in affinity, spreading and preemption. Pods alike share one.
struct PodTraits {
    std::string ns;
    std::map<std::string, std::string> labels;
    std::optional<api::core_v1::Affinity> affinity; ///< only when it has rules about pods
    std::vector<std::string> claims;                ///< names of the persistent volume claims it uses
};

/// What scheduling needs to know of a pod; the pod itself is kept only while it waits.
struct PodInfo {
    std::string key, uid; ///< "namespace/name"
    Resources requests;
    std::vector<HostPort> hostPorts;
    std::string ownerUid; ///< of its controller, or empty
    std::int32_t priority = 0;
    bool leaving = false;  ///< it is being deleted
    std::string startedAt; ///< RFC 3339, or empty
    std::string nominated; ///< the node that preemption makes room on for it, or empty
    std::shared_ptr<const PodTraits> traits;
    std::shared_ptr<const api::core_v1::Pod> pod;
};

PodInfo describePod(std::shared_ptr<const api::core_v1::Pod> pod);

/// A pod on a node.
struct PlacedPod {
    std::string key, node, uid, ownerUid, startedAt;
    Resources requests;
    std::vector<HostPort> hostPorts;
    std::int32_t priority = 0;
    bool leaving = false;
    std::shared_ptr<const PodTraits> traits;

    bool hasRequiredAntiAffinity() const;
};

/// A pod disruption budget: how many of the pods it means may go.
struct Budget {
    std::string ns;
    api::meta_v1::LabelSelector selector;
    std::int32_t allowed = 0;
};

/// A node and what its pods take of it.
struct NodeInfo {
    std::string name;
    std::map<std::string, std::string> labels;
    std::vector<api::core_v1::Taint> taints;
    bool unschedulable = false;
    bool present = false; ///< false: pods name it, but the Node has not been seen
    Resources allocatable, requested;
    std::int64_t allowedPods = 0;
    std::vector<HostPort> usedPorts;
    std::unordered_map<std::string, int> podsByOwner;
    std::unordered_map<std::string, std::int64_t> images; ///< bytes by name
    std::unordered_set<const PlacedPod*> placed;
    std::int64_t expectedPods = 0; ///< those that preemption makes room for, where they count

    std::int64_t pods() const { return std::int64_t(placed.size()) + expectedPods; }
};

/// All nodes with their pods, and what else placing depends on, kept up to date piece by piece. Not thread-safe: its
/// owner locks.
class Snapshot {
public:
    void setNode(const api::core_v1::Node& node);
    void removeNode(const std::string& name);
    /// Counts a pod on a node; a pod of the same key counted before is replaced.
    void setPod(const PodInfo& pod, const std::string& node);
    /// Nothing happens when the pod is not counted. @return whether it was.
    bool removePod(const std::string& key) { return takeAway(key).has_value(); }
    bool holdsPod(const std::string& key) const { return placed_.contains(key); }

    /// Removes a pod to see what would be without it; putBack() restores it.
    std::optional<PlacedPod> takeAway(const std::string& key);
    void putBack(PlacedPod pod);

    /// Room kept on a node for a pod that waits for its victims to leave. One node a pod.
    void nominate(const PodInfo& pod, const std::string& node);
    void withdraw(const std::string& key);
    struct Nominee {
        std::string node;
        PodInfo pod;
    };
    const std::map<std::string, Nominee>& nominees() const { return nominees_; }

    void setNamespace(const std::string& name, std::map<std::string, std::string> labels) {
        namespaces_[name] = std::move(labels);
    }
    void removeNamespace(const std::string& name) { namespaces_.erase(name); }
    const std::map<std::string, std::map<std::string, std::string>>& namespaces() const { return namespaces_; }

    void setBudget(const std::string& key, Budget budget) { budgets_[key] = std::move(budget); }
    void removeBudget(const std::string& key) { budgets_.erase(key); }
    void keepBudgets(const std::set<std::string>& known) {
        std::erase_if(budgets_, [&](const auto& entry) { return !known.contains(entry.first); });
    }
    const std::map<std::string, Budget>& budgets() const { return budgets_; }

    Volumes& volumes() { return volumes_; }
    const Volumes& volumes() const { return volumes_; }

    /// The nodes in the order of their names; those with present == false are no candidates.
    const std::map<std::string, NodeInfo>& nodes() const { return nodes_; }
    int nodeCount() const { return present_; }
    /// How many placed pods have rules that keep or draw other pods; 0: nobody has to look for them.
    int podsWithAffinity() const { return podsWithAffinity_; }
    /// On how many nodes an image is.
    int nodesWithImage(const std::string& image) const;
    /// The keys of the pods that use a claim ("namespace/name").
    std::vector<std::string> usersOfClaim(const std::string& claim) const;

private:
    void forgetIfEmpty(const std::string& node);
    void countImages(const NodeInfo& node, int by);

    std::map<std::string, NodeInfo> nodes_;
    std::unordered_map<std::string, PlacedPod> placed_;
    std::map<std::string, Nominee> nominees_;
    std::map<std::string, std::map<std::string, std::string>> namespaces_;
    std::map<std::string, Budget> budgets_;
    std::unordered_map<std::string, int> imageNodes_;
    std::multimap<std::string, std::string> claimUsers_;
    Volumes volumes_;
    int podsWithAffinity_ = 0, present_ = 0;
};

} // namespace slipway::scheduler
