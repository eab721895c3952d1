#pragma once

#include "cluster/scheduler/plugins/dynamic_resources.h"
#include "cluster/scheduler/plugins/pod_affinity.h"
#include "cluster/scheduler/plugins/topology_spread.h"
#include "cluster/scheduler/plugins/volume_binding.h"
#include "cluster/scheduler/profile.h"
#include "cluster/scheduler/snapshot.h"

namespace slipway::scheduler {

/// One pod's attempt to find a node: the pod, the cluster, and what the plugins found out once before they look at
/// single nodes (pre-filter and pre-score of the scheduling framework). It sees pods that come and go on the snapshot,
/// so that preemption can try what it likes; nodes and everything else must stay as they are. Must not outlive the
/// snapshot, the pod and the profile.
struct Cycle {
    Cycle(const PodInfo& forPod, const Snapshot& in, const Profile& by);

    const PodInfo& pod;
    const Snapshot& snapshot;
    const Profile& profile;
    const plugins::PodAffinityState affinity;
    const plugins::SpreadState spread;
    const plugins::VolumeState volumes;
    const plugins::DeviceState devices;
    /// What the pod asks of resources other than cpu, memory and storage, and what is said when a node lacks it.
    struct Extended {
        std::string name, reason;
        std::int64_t amount = 0;
    };
    std::vector<Extended> extended;
    /// The profile's plugins that have anything to do for this pod.
    std::vector<const plugins::FilterPlugin*> filters;
    std::vector<Profile::Score> scores;
};

} // namespace slipway::scheduler
