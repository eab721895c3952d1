#pragma once

#include "cluster/api/types/apps_v1.h"
#include "cluster/controllers/workload/owned_pods.h"

namespace slipway::controllers {

/// The pods of a set to delete when there are @p surplus too many: unassigned before assigned, pending before running,
/// not ready before ready, cheaper before dearer, on a node with more @p related pods before one with fewer, ready for
/// a shorter time, restarted more often, younger (after kube-controller-manager). Times are compared by their order of
/// magnitude.
std::vector<PodPtr> podsToDelete(std::vector<PodPtr> pods, std::size_t surplus, const std::vector<PodPtr>& related,
                                 std::chrono::system_clock::time_point now);

/// What a replica set's status is, given its pods.
api::apps_v1::ReplicaSetStatus replicaSetStatus(const api::apps_v1::ReplicaSet& set, const std::vector<PodPtr>& active,
                                                std::chrono::system_clock::time_point now,
                                                std::chrono::milliseconds* wait);

/// Keeps as many pods as replica sets want.
std::unique_ptr<Reconciler> makeReplicaSetController(const Context& context);
/// The same for replication controllers.
std::unique_ptr<Reconciler> makeReplicationController(const Context& context);

} // namespace slipway::controllers
