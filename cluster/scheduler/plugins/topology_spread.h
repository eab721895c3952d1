#pragma once

#include "cluster/scheduler/reasons.h"
#include "cluster/scheduler/snapshot.h"

#include <string>
#include <vector>

namespace slipway::scheduler {
struct Profile;
}

namespace slipway::scheduler::plugins {

/// The pod's topologySpreadConstraints: those that must hold and those that are a wish (kube-scheduler's
/// PodTopologySpread, with minDomains, node inclusion policies and matchLabelKeys); or those of the profile. Built once
/// for a pod; follows pods that come and go on the snapshot.
class SpreadState {
public:
    SpreadState(const PodInfo& pod, const Snapshot& snapshot, const Profile& profile);

    bool hasRules() const { return !required_.empty(); }
    /// Whether there is a wish at all.
    bool hasWishes() const { return !wishes_.empty(); }
    /// Appends why the node cannot take the pod.
    void filter(const NodeInfo& node, Reasons& reasons) const;
    /// How crowded the node's domains are with such pods: the less the better.
    double crowd(const NodeInfo& node) const;

private:
    struct Constraint {
        std::string topologyKey;
        api::meta_v1::LabelSelector selector;
        std::string ownerUid; ///< of the pods that are meant, in place of the selector
        std::int32_t maxSkew = 1, minDomains = 0;
        bool honorsAffinity = true, honorsTaints = false, meansItself = false;
        std::vector<const PodGroup*> groups;
        /// Whether every node takes part, so that what the snapshot counts anyhow is what is asked.
        bool everyNode = false;
        std::size_t domains = 0; ///< that take part
        DomainCounts counts;     ///< matching pods by domain, where not every node takes part
        std::int64_t least = 0;  ///< in the emptiest domain

        std::int64_t at(const std::string& value) const;
    };

    void add(const api::core_v1::TopologySpreadConstraint& wanted, bool byOwner);
    void refresh() const;
    bool takesPart(const Constraint& constraint, const NodeInfo& node, const std::vector<Constraint>& all) const;
    void count(std::vector<Constraint>& constraints) const;
    void countSomeNodes(Constraint& constraint, const std::vector<Constraint>& all) const;
    void findLeast(Constraint& constraint) const;

    const PodInfo& pod_;
    const Snapshot& snapshot_;
    mutable std::vector<Constraint> required_, wishes_;
    mutable std::uint64_t countedAt_ = 0; ///< the snapshot's version then
};

} // namespace slipway::scheduler::plugins
