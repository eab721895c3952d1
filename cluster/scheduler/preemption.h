#pragma once

#include "cluster/scheduler/snapshot.h"

#include <string>
#include <vector>

namespace slipway::scheduler {

/// Which pods would have to go, and from where, for a pod that found no node.
struct PreemptionPlan {
    std::string node; ///< empty: preemption does not help
    std::vector<PlacedPod> victims;
    std::string message; ///< why it does not help, as kube-scheduler words it after "preemption: "
};

/// Looks for the node where the fewest and least important pods of a lower priority would have to go (kube-scheduler's
/// DefaultPreemption): no disruption budget violated if possible, then the lowest highest victim, the smallest sum of
/// priorities, the fewest victims, those that started last. The snapshot is changed while it tries, and restored.
PreemptionPlan planPreemption(const PodInfo& pod, Snapshot& snapshot);

} // namespace slipway::scheduler
