#pragma once

#include "cluster/scheduler/plugins/topology.h"
#include "cluster/scheduler/snapshot.h"

#include <string>
#include <vector>

namespace slipway::scheduler::plugins {

/// Inter-pod affinity and anti-affinity, required and preferred, of the pod and of those that run already (the rules of
/// kube-scheduler's InterPodAffinity). Built once for a pod and a snapshot; reads only the nodes whose pods matter.
class PodAffinityState {
public:
    PodAffinityState(const PodInfo& pod, const Snapshot& snapshot);

    /// Appends why the node cannot take the pod.
    void filter(const NodeInfo& node, std::vector<std::string>& reasons) const;
    /// How well the node suits by preferences; may be negative.
    double score(const NodeInfo& node) const;

private:
    void countRequired(const PodInfo& pod, const Snapshot& snapshot);
    void countPreferred(const PodInfo& pod, const Snapshot& snapshot);
    bool nearWanted(const NodeInfo& node) const;
    bool nearUnwanted(const NodeInfo& node) const;
    bool unwantedByOthers(const NodeInfo& node) const;

    std::vector<std::string> wantedKeys_, unwantedKeys_; ///< topology keys of the pod's required terms
    TopologyCounts wanted_, unwanted_, refusedBy_, preferences_;
    bool startsGroup_ = false; ///< no pod matches its affinity yet, but it matches itself: it is the first of its group
};

} // namespace slipway::scheduler::plugins
