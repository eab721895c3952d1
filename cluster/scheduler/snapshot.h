#pragma once

#include "cluster/scheduler/devices.h"
#include "cluster/scheduler/node_info.h"
#include "cluster/scheduler/volumes.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

namespace slipway::scheduler {

/// A pod disruption budget: how many of the pods it means may go.
struct Budget {
    std::string ns;
    api::meta_v1::LabelSelector selector;
    std::int32_t allowed = 0;
};

/// All nodes with their pods, and what else placing depends on, kept up to date piece by piece. Not thread-safe: its
/// owner locks, also for reading.
class Snapshot {
public:
    void setNode(const api::core_v1::Node& node);
    void removeNode(const std::string& name);
    /// Counts a pod on a node; a pod of the same key counted before is replaced.
    void setPod(const PodInfo& pod, const std::string& node);
    /// Nothing happens when the pod is not counted. @return whether it was.
    bool removePod(const std::string& key);
    bool holdsPod(const std::string& key) const { return placed_.contains(key); }
    const PlacedPod* findPod(const std::string& key) const;

    /// Removes a pod to see what would be without it; putBack() restores it. What counts pods goes on to be right.
    std::optional<PlacedPod> takeAway(const std::string& key);
    void putBack(PlacedPod pod);
    /// Goes up with every pod that comes or goes, and with every node that changes.
    std::uint64_t version() const { return version_; }

    /// Room kept on a node for a pod that waits for its victims to leave. One node a pod.
    void nominate(const PodInfo& pod, const std::string& node);
    void withdraw(const std::string& key);
    struct Nominee {
        std::string node;
        PodInfo pod;
    };
    const std::map<std::string, Nominee>& nominees() const { return nominees_; }
    /// What pods that are expected on the node take of it, of those that are not less important than @p pod.
    std::optional<NodeLoad> expectedOn(const NodeInfo& node, const PodInfo& pod) const;

    void setNamespace(const std::string& name, std::map<std::string, std::string> labels);
    void removeNamespace(const std::string& name);
    const std::map<std::string, std::map<std::string, std::string>>& namespaces() const { return namespaces_; }
    std::uint64_t namespacesVersion() const { return namespacesVersion_; }

    void setBudget(const std::string& key, Budget budget) { budgets_[key] = std::move(budget); }
    void removeBudget(const std::string& key) { budgets_.erase(key); }
    void keepBudgets(const std::set<std::string>& known) {
        std::erase_if(budgets_, [&](const auto& entry) { return !known.contains(entry.first); });
    }
    const std::map<std::string, Budget>& budgets() const { return budgets_; }

    Volumes& volumes() { return volumes_; }
    const Volumes& volumes() const { return volumes_; }
    Devices& devices() { return devices_; }
    const Devices& devices() const { return devices_; }

    /// The nodes in the order of their names; those with present == false are no candidates.
    const std::map<std::string, NodeInfo>& nodes() const { return nodes_; }
    const NodeInfo* find(const std::string& name) const;
    int nodeCount() const { return present_; }
    /// The nodes that are candidates in the order in which they are asked when not all of them are: zone by zone in
    /// turn, so that the first ones asked are spread over the zones.
    const std::vector<const NodeInfo*>& rounds() const;
    /// The nodes that are candidates, in the order of their names.
    const std::vector<const NodeInfo*>& candidates() const;
    /// How many candidates there are in each domain of a topology.
    const plugins::DomainCounts& domains(const std::string& topologyKey) const;
    const PodGroups& groups() const { return groups_; }
    /// How many nodes rather want no pods.
    int avoidedNodes() const { return avoided_; }
    /// Whether some node tells its images.
    bool knowsImages() const { return !imageNodes_.empty(); }
    /// On how many nodes an image is.
    int nodesWithImage(const std::string& image) const;
    /// The keys of the pods that use a claim ("namespace/name").
    std::vector<std::string> usersOfClaim(const std::string& claim) const;

private:
    void forgetIfEmpty(const std::string& node);
    void countImages(const NodeInfo& node, int by);
    void countDomains(const NodeInfo& node, int by);
    void relabel(NodeInfo& node, const std::map<std::string, std::string>& labels, bool present);

    std::map<std::string, NodeInfo> nodes_;
    std::unordered_map<std::string, PlacedPod> placed_;
    PodGroups groups_;
    std::map<std::string, Nominee> nominees_;
    std::unordered_map<std::string, std::set<std::string>> nomineesOf_; ///< keys by node
    std::map<std::string, std::map<std::string, std::string>> namespaces_;
    std::map<std::string, Budget> budgets_;
    std::unordered_map<std::string, int> imageNodes_;
    std::multimap<std::string, std::string> claimUsers_;
    Volumes volumes_;
    Devices devices_;
    int present_ = 0, avoided_ = 0;
    std::uint64_t version_ = 1, namespacesVersion_ = 1;
    mutable bool ordered_ = false;
    mutable std::vector<const NodeInfo*> rounds_, candidates_;
    mutable std::unordered_map<std::string, plugins::DomainCounts> domains_;
};

} // namespace slipway::scheduler
