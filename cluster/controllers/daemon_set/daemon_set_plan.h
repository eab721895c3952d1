#pragma once

#include "cluster/api/types/apps_v1.h"
#include "cluster/controllers/workload/owned_pods.h"

namespace slipway::controllers {

using NodePtr = std::shared_ptr<const api::core_v1::Node>;

/// What is to be done next for a daemon set.
struct DaemonPlan {
    std::vector<std::string> create; ///< names of nodes
    std::vector<PodPtr> remove;
    std::chrono::milliseconds wait{0}; ///< until a pod has been ready for minReadySeconds
    api::apps_v1::DaemonSetStatus status;
};

/// What the plan is made of.
struct DaemonState {
    const api::apps_v1::DaemonSet& set;
    std::vector<PodPtr> pods; ///< its own, finished and terminating ones included
    std::vector<NodePtr> nodes;
    std::string updateHash; ///< of the present template, as pods carry it
};

/// The tolerations every daemon pod has beside its own: it runs on nodes that others leave.
void addDaemonTolerations(api::core_v1::PodSpec& spec);

/// A pod bound to its node by affinity, so that the scheduler places it there and nowhere else.
void pinToNode(api::core_v1::PodSpec& spec, const std::string& node);

/// The node a daemon pod is on or meant for.
std::string nodeOf(const api::core_v1::Pod& pod);

/// One step: a pod on each node that suits, none elsewhere, and the rolling update within maxUnavailable or maxSurge
/// (after kube-controller-manager's daemon set controller).
DaemonPlan planDaemonSet(const DaemonState& state, std::chrono::system_clock::time_point now);

} // namespace slipway::controllers
