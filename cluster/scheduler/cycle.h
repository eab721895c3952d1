#pragma once

#include "cluster/scheduler/plugins/pod_affinity.h"
#include "cluster/scheduler/plugins/topology_spread.h"
#include "cluster/scheduler/plugins/volume_binding.h"
#include "cluster/scheduler/snapshot.h"

namespace slipway::scheduler {

/// One pod's attempt to find a node: the pod, the cluster, and what the plugins found out once before they look at
/// single nodes (pre-filter and pre-score of the scheduling framework). Made anew after every change of the snapshot,
/// which it must not outlive.
struct Cycle {
    Cycle(const PodInfo& forPod, const Snapshot& in)
        : pod(forPod), snapshot(in), affinity(forPod, in), spread(forPod, in), volumes(forPod, in) {}

    const PodInfo& pod;
    const Snapshot& snapshot;
    const plugins::PodAffinityState affinity;
    const plugins::SpreadState spread;
    const plugins::VolumeState volumes;
};

} // namespace slipway::scheduler
