#pragma once

#include "cluster/controllers/owned_pods.h"
#include "cluster/controllers/runtime.h"

namespace slipway::controllers {

/// The pods of a set to delete when there are @p surplus too many: unassigned before assigned, pending before running,
/// not ready before ready, doubled up on a node before alone, younger before older (after kube-controller-manager).
std::vector<std::shared_ptr<const api::core_v1::Pod>>
podsToDelete(std::vector<std::shared_ptr<const api::core_v1::Pod>> pods, std::size_t surplus);

/// What a replica set's status is, given its pods.
api::apps_v1::ReplicaSetStatus replicaSetStatus(const api::apps_v1::ReplicaSet& set,
                                                const std::vector<std::shared_ptr<const api::core_v1::Pod>>& active,
                                                std::chrono::system_clock::time_point now,
                                                std::chrono::milliseconds* wait);

/// Keeps as many pods as replica sets want.
std::unique_ptr<WorkloadController> makeReplicaSetController(Informers& informers,
                                                             std::shared_ptr<const client::Client> client);
/// The same for replication controllers.
std::unique_ptr<WorkloadController> makeReplicationControllerController(Informers& informers,
                                                                        std::shared_ptr<const client::Client> client);

} // namespace slipway::controllers
