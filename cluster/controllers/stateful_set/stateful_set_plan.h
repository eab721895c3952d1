#pragma once

#include "cluster/api/types/apps_v1.h"
#include "cluster/controllers/workload/owned_pods.h"

namespace slipway::controllers {

/// The number at the end of a pod's name when it belongs to the set of that name; nothing for other pods.
std::optional<int> ordinalOf(const std::string& setName, const std::string& podName);

/// What is to be done next for a stateful set. Pods are made and deleted in the order given.
struct StatefulPlan {
    struct Creation {
        int ordinal = 0;
        bool current = false; ///< from the current revision, not the update revision
    };
    std::vector<Creation> create;
    std::vector<PodPtr> remove;
    std::chrono::milliseconds wait{0}; ///< until a pod has been ready for minReadySeconds
};

/// What the plan is made of. Pods are the set's own, finished and terminating ones included.
struct StatefulState {
    const api::apps_v1::StatefulSet& set;
    std::vector<PodPtr> pods;
    std::string currentRevision, updateRevision; ///< names, as pods carry them
};

/// One step of a stateful set: in order and one at a time, or all at once (podManagementPolicy Parallel); then the
/// rolling update from the highest ordinal down to the partition (after kube-controller-manager's updateStatefulSet).
StatefulPlan planStatefulSet(const StatefulState& state, std::chrono::system_clock::time_point now);

/// The status that goes with the pods; brings the current revision up when an update is complete.
api::apps_v1::StatefulSetStatus statefulSetStatus(const StatefulState& state,
                                                  std::chrono::system_clock::time_point now);

} // namespace slipway::controllers
