#pragma once

#include "cluster/scheduler/plugins/topology.h"
#include "cluster/scheduler/snapshot.h"

#include <string>
#include <vector>

namespace slipway::scheduler::plugins {

/// The pod's topologySpreadConstraints: those that must hold and those that are a wish (kube-scheduler's
/// PodTopologySpread, with minDomains, node inclusion policies and matchLabelKeys).
class SpreadState {
public:
    SpreadState(const PodInfo& pod, const Snapshot& snapshot);

    /// Appends why the node cannot take the pod.
    void filter(const NodeInfo& node, std::vector<std::string>& reasons) const;
    /// How crowded the node's domains are with such pods: the less the better.
    double crowd(const NodeInfo& node) const;
    /// Whether there is a wish at all.
    bool hasWishes() const { return !wishes_.empty(); }

private:
    struct Constraint {
        std::string topologyKey;
        api::meta_v1::LabelSelector selector;
        std::int32_t maxSkew = 1, minDomains = 0;
        bool honorsAffinity = true, honorsTaints = false, meansItself = false;
        DomainCounts counts;    ///< matching pods by domain, of the domains that take part
        std::int64_t least = 0; ///< in the emptiest domain
    };
    static void countPods(const PodInfo& pod, const Snapshot& snapshot, std::vector<Constraint>& constraints);

    std::vector<Constraint> required_, wishes_;
};

} // namespace slipway::scheduler::plugins
