#pragma once

#include "cluster/api/types/apps_v1.h"
#include "cluster/api/types/core_v1.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// What a deployment is to do next, as plain functions of what is there.
namespace slipway::controllers {

using ReplicaSetPtr = std::shared_ptr<const api::apps_v1::ReplicaSet>;

/// A share or number resolved against the wanted count ("25%" of 4 is 1; rounded up for a surge, down otherwise).
int resolveShare(const std::optional<api::IntOrString>& value, int total, bool roundUp, int fallback);

/// The replica set that has the deployment's template, the oldest where there are several; null when none has.
ReplicaSetPtr findNewReplicaSet(const api::apps_v1::Deployment& deployment, const std::vector<ReplicaSetPtr>& sets);

/// The value of the label pod-template-hash for a template: letters and digits that make no words.
std::string templateHash(const api::core_v1::PodTemplateSpec& podTemplate, std::optional<int> collisions);

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

/// A paused deployment only follows its replica count.
ScalePlan planPaused(const api::apps_v1::Deployment& deployment, const ReplicaSetPtr& newSet,
                     const std::vector<ReplicaSetPtr>& oldSets);

/// The status with the conditions Available and Progressing, in Kubernetes' reasons and words.
api::apps_v1::DeploymentStatus deploymentStatus(const api::apps_v1::Deployment& deployment, const ReplicaSetPtr& newSet,
                                                const std::vector<ReplicaSetPtr>& all, const std::string& now);

/// The old sets beyond revisionHistoryLimit that can go.
std::vector<ReplicaSetPtr> setsToForget(const api::apps_v1::Deployment& deployment, std::vector<ReplicaSetPtr> oldSets);

} // namespace slipway::controllers
