#pragma once

#include "cluster/scheduler/schedule.h"
#include "cluster/scheduler/snapshot.h"

#include <string>
#include <vector>

namespace slipway::scheduler {

/// Which pods would have to go, and from where, for a pod that found no node.
struct PreemptionPlan {
    std::string node; ///< empty: preemption does not help
    std::vector<PlacedPod> victims;
    int violations = 0;  ///< how many of them a disruption budget protects
    std::string message; ///< why it does not help, as kube-scheduler words it after "preemption: "
};

/// Looks for the node where the fewest and least important pods of a lower priority would have to go (kube-scheduler's
/// DefaultPreemption): no disruption budget violated if possible, then the lowest highest victim, the smallest sum of
/// priorities, the fewest victims, those that started last. The snapshot is changed while it tries, and restored.
/// @p refused is what schedule() told of the nodes; null: they are asked again.
PreemptionPlan planPreemption(const PodInfo& pod, Snapshot& snapshot, const Profile& profile = defaultProfile(),
                              const std::vector<RefusedNode>* refused = nullptr);

/// All nodes that planPreemption() would choose among, the best first, at most @p most.
std::vector<PreemptionPlan> preemptionCandidates(const PodInfo& pod, Snapshot& snapshot, const Profile& profile,
                                                 const std::vector<RefusedNode>& refused, std::size_t most);

} // namespace slipway::scheduler
