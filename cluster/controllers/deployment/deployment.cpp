#include "cluster/controllers/deployment/deployment.h"

#include "cluster/api/selectors.h"
#include "cluster/base/time.h"
#include "cluster/controllers/deployment/deployment_plan.h"
#include "cluster/controllers/workload/adoption.h"
#include "cluster/controllers/workload/pod_state.h"

#include <algorithm>
#include <format>

namespace slipway::controllers {

using api::JsonObject;
using api::apps_v1::Deployment;
using api::apps_v1::ReplicaSet;
using api::core_v1::Pod;
using client::objectKey;

namespace {

constexpr std::string_view revisionAnnotation = "deployment.kubernetes.io/revision";

/// Annotations of a deployment that its replica sets carry too: all but the bookkeeping ones.
std::map<std::string, std::string> inheritedAnnotations(const Deployment& d) {
    auto annotations = d.metadata.annotations;
    for (std::string_view own :
         {"kubectl.kubernetes.io/last-applied-configuration", "deployment.kubernetes.io/revision",
          "deployment.kubernetes.io/revision-history", "deployment.kubernetes.io/desired-replicas",
          "deployment.kubernetes.io/max-replicas", "deprecated.deployment.rollback.to"})
        annotations.erase(std::string(own));
    return annotations;
}

/// Notes on a set how many pods the deployment wants and allows.
void markSize(const Deployment& deployment, std::map<std::string, std::string>& annotations) {
    annotations[std::string(desiredReplicasAnnotation)] = std::to_string(deployment.spec->replicas.value_or(1));
    annotations[std::string(maxReplicasAnnotation)] = std::to_string(mostReplicas(deployment));
}

class DeploymentController : public Reconciler {
public:
    explicit DeploymentController(const Context& context) : Reconciler(context, 2) {
        watch<Deployment>();
        watchOwned<ReplicaSet>("Deployment");
        watch<Pod>([this](const auto& before, const auto& after) {
            if (!after)
                podGone(*before); // only the end of a pod matters here: Recreate waits for it
        });
    }

private:
    void podGone(const Pod& pod) {
        const auto* owner = controllerOf(pod.metadata);
        if (owner == nullptr || owner->kind != "ReplicaSet")
            return;
        if (const auto set = caches_.of<ReplicaSet>().get(pod.metadata.namespace_, owner->name))
            if (const auto* deployment = controllerOf(set->metadata))
                enqueue(objectKey(pod.metadata.namespace_, deployment->name));
    }

    client::Result<SyncResult> sync(const std::string& key) override;
    client::Result<std::vector<ReplicaSetPtr>> ownSets(const Deployment& deployment);
    client::Result<void> adopt(const Deployment& deployment, const ReplicaSet& set);
    client::Result<ReplicaSetPtr> makeNewSet(const Deployment& deployment, const std::vector<ReplicaSetPtr>& old,
                                             long long revision);
    client::Result<ReplicaSetPtr> resolveCollision(const Deployment& deployment, const ReplicaSet& wanted,
                                                   const client::Error& error);
    client::Result<ReplicaSetPtr> bringRevision(const ReplicaSetPtr& set, const Deployment& deployment,
                                                long long revision);
    client::Result<void> setRevision(const Deployment& deployment, long long revision);
    client::Result<void> carryOut(const Deployment& deployment, const ScalePlan& plan,
                                  const std::vector<ReplicaSetPtr>& sets);
    client::Result<void> scaleSet(const Deployment& deployment, const ReplicaSet& set, int count);
    ScalePlan planOf(const Deployment& deployment, const ReplicaSetPtr& newSet, const std::vector<ReplicaSetPtr>& old);
    client::Result<void> forgetOld(const Deployment& deployment, const std::vector<ReplicaSetPtr>& old);
    bool oldPodsGone(const Deployment& deployment, const ReplicaSetPtr& newSet) const;
};

client::Result<std::vector<ReplicaSetPtr>> DeploymentController::ownSets(const Deployment& deployment) {
    std::vector<ReplicaSetPtr> own;
    for (const auto& set : caches_.ownedBy<ReplicaSet>(deployment.metadata.uid))
        if (api::matches(deployment.spec->selector, set->metadata.labels))
            own.push_back(set);
    AdoptionCheck mayAdopt(*client_, deployment);
    for (const auto& set : caches_.orphansIn<ReplicaSet>(deployment.metadata.namespace_)) {
        if (!api::matches(deployment.spec->selector, set->metadata.labels) || !set->metadata.deletionTimestamp.empty())
            continue;
        const auto allowed = mayAdopt();
        if (!allowed)
            return std::unexpected(allowed.error());
        if (!*allowed)
            break;
        if (auto adopted = adopt(deployment, *set); !adopted)
            return std::unexpected(adopted.error());
        own.push_back(set);
    }
    return own;
}

client::Result<void> DeploymentController::adopt(const Deployment& deployment, const ReplicaSet& set) {
    const api::Json reference = api::toJson(makeControllerReference("apps/v1", "Deployment", deployment.metadata));
    const JsonObject patch{
        {"metadata", JsonObject{{"uid", set.metadata.uid}, {"ownerReferences", api::JsonArray{reference}}}}};
    const auto adopted = client_->patch(client::resourceOf<ReplicaSet>(), set.metadata.namespace_, set.metadata.name,
                                        client::PatchKind::strategicMerge, patch);
    return adopted ? client::Result<void>() : std::unexpected(adopted.error());
}

client::Result<ReplicaSetPtr> DeploymentController::makeNewSet(const Deployment& deployment,
                                                               const std::vector<ReplicaSetPtr>& old,
                                                               long long revision) {
    const std::optional<int> collisions = deployment.status && deployment.status->collisionCount
                                              ? std::optional<int>(*deployment.status->collisionCount)
                                              : std::nullopt;
    const std::string hash = templateHash(deployment.spec->template_, collisions);
    ReplicaSet set;
    set.metadata.name = std::format("{}-{}", deployment.metadata.name, hash);
    set.metadata.namespace_ = deployment.metadata.namespace_;
    set.metadata.labels = deployment.spec->template_.metadata.labels;
    set.metadata.labels["pod-template-hash"] = hash;
    set.metadata.annotations = inheritedAnnotations(deployment);
    set.metadata.annotations[std::string(revisionAnnotation)] = std::to_string(revision);
    set.metadata.ownerReferences = {makeControllerReference("apps/v1", "Deployment", deployment.metadata)};
    set.spec = api::apps_v1::ReplicaSetSpec{};
    set.spec->selector = deployment.spec->selector;
    set.spec->selector.matchLabels["pod-template-hash"] = hash;
    set.spec->template_ = deployment.spec->template_;
    set.spec->template_->metadata.labels["pod-template-hash"] = hash;
    set.spec->minReadySeconds = deployment.spec->minReadySeconds;
    set.spec->replicas = 0;
    markSize(deployment, set.metadata.annotations);
    const ScalePlan plan = planOf(deployment, std::make_shared<const ReplicaSet>(set), old);
    if (const auto found = plan.find(set.metadata.name); found != plan.end())
        set.spec->replicas = found->second;
    auto made = client_->create(set.metadata.namespace_, set);
    if (made) {
        if (*set.spec->replicas > 0)
            events_.record(
                client::EventRecorder::referenceTo(deployment), "Normal", "ScalingReplicaSet",
                std::format("Scaled up replica set {} from 0 to {}", set.metadata.name, *set.spec->replicas));
        return std::make_shared<const ReplicaSet>(std::move(*made));
    }
    if (made.error().kind == client::Errc::alreadyExists)
        return resolveCollision(deployment, set, made.error());
    events_.record(client::EventRecorder::referenceTo(deployment), "Warning", "ReplicaSetCreateError",
                   std::format("Failed to create new replica set \"{}\": {}", set.metadata.name, made.error().message));
    return std::unexpected(made.error());
}

client::Result<ReplicaSetPtr> DeploymentController::resolveCollision(const Deployment& deployment,
                                                                     const ReplicaSet& wanted,
                                                                     const client::Error& error) {
    const auto present = client_->get<ReplicaSet>(wanted.metadata.namespace_, wanted.metadata.name);
    if (!present)
        return std::unexpected(present.error());
    const auto* owner = controllerOf(present->metadata);
    const auto shared = std::make_shared<const ReplicaSet>(*present);
    if (owner != nullptr && owner->uid == deployment.metadata.uid && findNewReplicaSet(deployment, {shared}))
        return shared;            // the cache was behind
    Deployment next = deployment; // another template has the same hash: the next try adds a salt
    if (!next.status)
        next.status = api::apps_v1::DeploymentStatus{};
    next.status->collisionCount = next.status->collisionCount.value_or(0) + 1;
    if (const auto counted = client_->updateStatus(next); !counted)
        return std::unexpected(counted.error());
    return std::unexpected(error);
}

client::Result<ReplicaSetPtr> DeploymentController::bringRevision(const ReplicaSetPtr& set,
                                                                  const Deployment& deployment, long long revision) {
    JsonObject annotations;
    for (const auto& [name, value] : inheritedAnnotations(deployment))
        if (const auto found = set->metadata.annotations.find(name);
            found == set->metadata.annotations.end() || found->second != value)
            annotations[name] = value;
    if (revisionOf(set->metadata) < revision)
        annotations[revisionAnnotation] = std::to_string(revision);
    JsonObject patch;
    if (!annotations.empty())
        patch["metadata"] = JsonObject{{"annotations", annotations}};
    if (set->spec->minReadySeconds.value_or(0) != deployment.spec->minReadySeconds.value_or(0))
        patch["spec"] = JsonObject{{"minReadySeconds", deployment.spec->minReadySeconds.value_or(0)}};
    if (patch.empty())
        return set;
    const auto patched = client_->patch(client::resourceOf<ReplicaSet>(), set->metadata.namespace_, set->metadata.name,
                                        client::PatchKind::merge, patch);
    if (!patched)
        return std::unexpected(patched.error());
    auto decoded = api::fromJson<ReplicaSet>(*patched);
    return decoded ? std::make_shared<const ReplicaSet>(std::move(*decoded)) : set;
}

client::Result<void> DeploymentController::setRevision(const Deployment& deployment, long long revision) {
    if (revisionOf(deployment.metadata) == revision)
        return {};
    Deployment next = deployment;
    next.metadata.annotations[std::string(revisionAnnotation)] = std::to_string(revision);
    const auto done = client_->update(next);
    return done ? client::Result<void>() : std::unexpected(done.error());
}

client::Result<void> DeploymentController::carryOut(const Deployment& deployment, const ScalePlan& plan,
                                                    const std::vector<ReplicaSetPtr>& sets) {
    for (const auto& [name, count] : plan) {
        const auto found = std::ranges::find(sets, name, [](const ReplicaSetPtr& set) { return set->metadata.name; });
        if (found != sets.end())
            if (auto scaled = scaleSet(deployment, **found, count); !scaled)
                return scaled;
    }
    return {};
}

client::Result<void> DeploymentController::scaleSet(const Deployment& deployment, const ReplicaSet& set, int count) {
    auto annotations = set.metadata.annotations;
    markSize(deployment, annotations);
    const int before = set.spec->replicas.value_or(1);
    if (before == count && annotations == set.metadata.annotations)
        return {};
    JsonObject changed;
    for (std::string_view name : {desiredReplicasAnnotation, maxReplicasAnnotation})
        changed[name] = annotations.at(std::string(name));
    const JsonObject patch{
        {"metadata", JsonObject{{"resourceVersion", set.metadata.resourceVersion}, {"annotations", changed}}},
        {"spec", JsonObject{{"replicas", count}}}};
    const auto scaled = client_->patch(client::resourceOf<ReplicaSet>(), set.metadata.namespace_, set.metadata.name,
                                       client::PatchKind::merge, patch);
    if (!scaled)
        return std::unexpected(scaled.error());
    if (before != count)
        events_.record(client::EventRecorder::referenceTo(deployment), "Normal", "ScalingReplicaSet",
                       std::format("Scaled {} replica set {} from {} to {}", count > before ? "up" : "down",
                                   set.metadata.name, before, count));
    return {};
}

ScalePlan DeploymentController::planOf(const Deployment& deployment, const ReplicaSetPtr& newSet,
                                       const std::vector<ReplicaSetPtr>& old) {
    if (deployment.spec->strategy && deployment.spec->strategy->type == "Recreate")
        return planRecreate(deployment, newSet, old, oldPodsGone(deployment, newSet));
    return planRollingUpdate(deployment, newSet, old);
}

client::Result<void> DeploymentController::forgetOld(const Deployment& deployment,
                                                     const std::vector<ReplicaSetPtr>& old) {
    for (const ReplicaSetPtr& set : setsToForget(deployment, old)) {
        const auto gone =
            client_->remove(client::resourceOf<ReplicaSet>(), set->metadata.namespace_, set->metadata.name);
        if (!gone && gone.error().kind != client::Errc::notFound)
            return gone;
    }
    return {};
}

bool DeploymentController::oldPodsGone(const Deployment& deployment, const ReplicaSetPtr& newSet) const {
    for (const auto& pod : caches_.of<Pod>().list(deployment.metadata.namespace_)) {
        const auto* owner = controllerOf(pod->metadata);
        if (owner == nullptr || isFinished(*pod) || !api::matches(deployment.spec->selector, pod->metadata.labels))
            continue;
        if (!newSet || owner->name != newSet->metadata.name)
            return false;
    }
    return true;
}

client::Result<SyncResult> DeploymentController::sync(const std::string& key) {
    const auto deployment = caches_.of<Deployment>().getKey(key);
    if (!deployment || !deployment->spec)
        return SyncResult{};
    auto sets = ownSets(*deployment);
    if (!sets)
        return std::unexpected(sets.error());
    ReplicaSetPtr newSet = findNewReplicaSet(*deployment, *sets);
    std::vector<ReplicaSetPtr> old;
    long long newest = 0;
    for (const ReplicaSetPtr& set : *sets)
        if (set != newSet) {
            old.push_back(set);
            newest = std::max(newest, revisionOf(set->metadata));
        }
    if (deployment->metadata.deletionTimestamp.empty()) {
        const bool onlyScale = deployment->spec->paused.value_or(false) || wasScaled(*deployment, *sets);
        if (!onlyScale) {
            auto brought =
                newSet ? bringRevision(newSet, *deployment, newest + 1) : makeNewSet(*deployment, old, newest + 1);
            if (!brought)
                return std::unexpected(brought.error());
            newSet = *brought;
            if (auto done = setRevision(*deployment, revisionOf(newSet->metadata)); !done)
                return std::unexpected(done.error());
        }
        sets = old;
        if (newSet)
            sets->push_back(newSet);
        const ScalePlan plan = onlyScale ? planScale(*deployment, newSet, old) : planOf(*deployment, newSet, old);
        if (auto done = carryOut(*deployment, plan, *sets); !done)
            return std::unexpected(done.error());
        if (isComplete(*deployment))
            if (auto done = forgetOld(*deployment, old); !done)
                return std::unexpected(done.error());
    }
    const auto status = deploymentStatus(*deployment, newSet, *sets, base::nowRfc3339());
    if (auto written = writeStatusIfChanged(*deployment, status); !written)
        return std::unexpected(written.error());
    return SyncResult{deadlineLeft(*deployment, status, std::chrono::system_clock::now())};
}

} // namespace

std::unique_ptr<Reconciler> makeDeploymentController(const Context& context) {
    return std::make_unique<DeploymentController>(context);
}

} // namespace slipway::controllers
