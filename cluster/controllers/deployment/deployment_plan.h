#pragma once

#include "cluster/api/types/apps_v1.h"
#include "cluster/api/types/core_v1.h"
#include "cluster/controllers/workload/template_hash.h"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a deployment is to do next, as plain functions of what is there.
namespace slipway::controllers {

using ReplicaSetPtr = std::shared_ptr<const api::apps_v1::ReplicaSet>;

/// The replica set that has the deployment's template, the oldest where there are several; null when none has.
ReplicaSetPtr findNewReplicaSet(const api::apps_v1::Deployment& deployment, const std::vector<ReplicaSetPtr>& sets);

/// "deployment.kubernetes.io/revision" of a set, 0 when it has none.
long long revisionOf(const api::meta_v1::ObjectMeta& metadata);

/// New replica counts by the name of the set; sets that stay as they are do not appear.
using ScalePlan = std::map<std::string, int>;

/// The next step of a rolling update: never more than replicas + maxSurge pods, never fewer than replicas -
/// maxUnavailable available ones.
ScalePlan planRollingUpdate(const api::apps_v1::Deployment& deployment, const ReplicaSetPtr& newSet,
                            const std::vector<ReplicaSetPtr>& oldSets);

/// Recreate: the old pods go before the new ones come. @p oldPodsGone: none of theirs is left running.
ScalePlan planRecreate(const api::apps_v1::Deployment& deployment, const ReplicaSetPtr& newSet,
                       const std::vector<ReplicaSetPtr>& oldSets, bool oldPodsGone);

/// How many pods the deployment wanted, and at most allowed, when a set was last scaled (annotations of the set).
inline constexpr std::string_view desiredReplicasAnnotation = "deployment.kubernetes.io/desired-replicas",
                                  maxReplicasAnnotation = "deployment.kubernetes.io/max-replicas";

/// The most pods a deployment may have at once: replicas and the surge.
int mostReplicas(const api::apps_v1::Deployment& deployment);

/// Whether the deployment's own count has changed since its sets were last scaled.
bool wasScaled(const api::apps_v1::Deployment& deployment, const std::vector<ReplicaSetPtr>& all);

/// Follows the deployment's count and nothing else (paused, or just scaled): one set alone takes it all, several share
/// the change in proportion to their size, so that a rollout under way stays as far as it is.
ScalePlan planScale(const api::apps_v1::Deployment& deployment, const ReplicaSetPtr& newSet,
                    const std::vector<ReplicaSetPtr>& oldSets);

/// The status with the conditions Available and Progressing, in Kubernetes' reasons and words.
api::apps_v1::DeploymentStatus deploymentStatus(const api::apps_v1::Deployment& deployment, const ReplicaSetPtr& newSet,
                                                const std::vector<ReplicaSetPtr>& all, const std::string& now);

/// How long until the progress deadline is to be looked at; nothing when no rollout is under way.
std::optional<std::chrono::milliseconds> deadlineLeft(const api::apps_v1::Deployment& deployment,
                                                      const api::apps_v1::DeploymentStatus& status,
                                                      std::chrono::system_clock::time_point now);

/// Whether every pod is of the newest template and available.
bool isComplete(const api::apps_v1::Deployment& deployment);

/// The old sets beyond revisionHistoryLimit that can go.
std::vector<ReplicaSetPtr> setsToForget(const api::apps_v1::Deployment& deployment, std::vector<ReplicaSetPtr> oldSets);

} // namespace slipway::controllers
