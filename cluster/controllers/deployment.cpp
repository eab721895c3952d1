#include "cluster/controllers/deployment.h"

#include "cluster/api/selectors.h"
#include "cluster/base/time.h"
#include "cluster/controllers/adoption.h"
#include "cluster/controllers/pod_state.h"

#include <algorithm>
#include <format>

namespace slipway::controllers {

using api::JsonObject;
using api::apps_v1::Deployment;
using api::apps_v1::ReplicaSet;
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

} // namespace

DeploymentController::DeploymentController(Informers& informers, std::shared_ptr<const client::Client> client)
    : informers_(informers)
    , client_(client)
    , events_(client, "deployment-controller")
    , controller_("deployment", [this](const std::string& key) { return sync(key); }, 2) {
    informers_.deployments.onChange([this](const auto& before, const auto& after) {
        const auto& object = after ? after : before;
        controller_.enqueue(objectKey(object->metadata.namespace_, object->metadata.name));
    });
    informers_.replicaSets.onChange([this](const auto& before, const auto& after) {
        const auto& set = after ? after : before;
        if (const auto* owner = controllerOf(set->metadata); owner != nullptr && owner->kind == "Deployment")
            controller_.enqueue(objectKey(set->metadata.namespace_, owner->name));
    });
    informers_.pods.onChange([this](const auto& before, const auto& after) {
        if (after || before == nullptr)
            return; // only the end of a pod matters here: Recreate waits for it
        const auto* owner = controllerOf(before->metadata);
        if (owner == nullptr || owner->kind != "ReplicaSet")
            return;
        if (const auto set = informers_.replicaSets.get(before->metadata.namespace_, owner->name))
            if (const auto* deployment = controllerOf(set->metadata))
                controller_.enqueue(objectKey(before->metadata.namespace_, deployment->name));
    });
}

client::Result<std::vector<ReplicaSetPtr>> DeploymentController::ownSets(const Deployment& deployment) {
    std::vector<ReplicaSetPtr> own;
    AdoptionCheck mayAdopt(*client_, deployment);
    for (const auto& set : informers_.replicaSets.list(deployment.metadata.namespace_)) {
        const auto* owner = controllerOf(set->metadata);
        const bool matching = api::matches(deployment.spec->selector, set->metadata.labels);
        if (owner != nullptr && owner->uid == deployment.metadata.uid && matching) {
            own.push_back(set);
        } else if (owner == nullptr && matching && set->metadata.deletionTimestamp.empty()) {
            const auto allowed = mayAdopt();
            if (!allowed)
                return std::unexpected(allowed.error());
            if (!*allowed)
                continue;
            const api::Json reference =
                api::toJson(makeControllerReference("apps/v1", "Deployment", deployment.metadata));
            const JsonObject patch{
                {"metadata", JsonObject{{"uid", set->metadata.uid}, {"ownerReferences", api::JsonArray{reference}}}}};
            const auto adopted = client_->patch(client::resourceOf<ReplicaSet>(), set->metadata.namespace_,
                                                set->metadata.name, client::PatchKind::strategicMerge, patch);
            if (!adopted)
                return std::unexpected(adopted.error());
            own.push_back(set);
        }
    }
    return own;
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
    const auto draft = std::make_shared<const ReplicaSet>(set);
    const bool recreate = deployment.spec->strategy && deployment.spec->strategy->type == "Recreate";
    const ScalePlan plan = recreate ? planRecreate(deployment, draft, old, oldPodsGone(deployment, draft))
                                    : planRollingUpdate(deployment, draft, old);
    if (const auto found = plan.find(set.metadata.name); found != plan.end())
        set.spec->replicas = found->second;
    auto made = client_->create(set.metadata.namespace_, set);
    if (made) {
        events_.record(client::EventRecorder::referenceTo(deployment), "Normal", "ScalingReplicaSet",
                       std::format("Scaled up replica set {} from 0 to {}", set.metadata.name, *set.spec->replicas));
        return std::make_shared<const ReplicaSet>(std::move(*made));
    }
    if (made.error().kind != client::Errc::alreadyExists)
        return std::unexpected(made.error());
    const auto present = client_->get<ReplicaSet>(set.metadata.namespace_, set.metadata.name);
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
    return std::unexpected(made.error());
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
        if (found == sets.end())
            continue;
        const int before = (*found)->spec->replicas.value_or(1);
        const JsonObject patch{{"metadata", JsonObject{{"resourceVersion", (*found)->metadata.resourceVersion}}},
                               {"spec", JsonObject{{"replicas", count}}}};
        const auto scaled = client_->patch(client::resourceOf<ReplicaSet>(), deployment.metadata.namespace_, name,
                                           client::PatchKind::merge, patch);
        if (!scaled)
            return std::unexpected(scaled.error());
        events_.record(
            client::EventRecorder::referenceTo(deployment), "Normal", "ScalingReplicaSet",
            std::format("Scaled {} replica set {} from {} to {}", count > before ? "up" : "down", name, before, count));
    }
    return {};
}

bool DeploymentController::oldPodsGone(const Deployment& deployment, const ReplicaSetPtr& newSet) const {
    for (const auto& pod : informers_.pods.list(deployment.metadata.namespace_)) {
        const auto* owner = controllerOf(pod->metadata);
        if (owner == nullptr || isFinished(*pod) || !api::matches(deployment.spec->selector, pod->metadata.labels))
            continue;
        if (!newSet || owner->name != newSet->metadata.name)
            return false;
    }
    return true;
}

client::Result<void> DeploymentController::writeStatus(const Deployment& deployment, const ReplicaSetPtr& newSet,
                                                       const std::vector<ReplicaSetPtr>& all) {
    const auto status = deploymentStatus(deployment, newSet, all, base::nowRfc3339());
    if (deployment.status && status == *deployment.status)
        return {};
    Deployment next = deployment;
    next.status = status;
    const auto written = client_->updateStatus(next);
    return written ? client::Result<void>() : std::unexpected(written.error());
}

client::Result<SyncResult> DeploymentController::sync(const std::string& key) {
    const auto deployment = informers_.deployments.getKey(key);
    if (!deployment || !deployment->spec)
        return SyncResult{};
    auto sets = ownSets(*deployment);
    if (!sets)
        return std::unexpected(sets.error());
    ReplicaSetPtr newSet = findNewReplicaSet(*deployment, *sets);
    if (!deployment->metadata.deletionTimestamp.empty()) {
        if (auto written = writeStatus(*deployment, newSet, *sets); !written)
            return std::unexpected(written.error());
        return SyncResult{};
    }
    std::vector<ReplicaSetPtr> old;
    long long newest = 0;
    for (const ReplicaSetPtr& set : *sets)
        if (set != newSet) {
            old.push_back(set);
            newest = std::max(newest, revisionOf(set->metadata));
        }
    const bool paused = deployment->spec->paused.value_or(false);
    if (!paused) {
        auto brought =
            newSet ? bringRevision(newSet, *deployment, newest + 1) : makeNewSet(*deployment, old, newest + 1);
        if (!brought)
            return std::unexpected(brought.error());
        newSet = *brought;
        if (auto done = setRevision(*deployment, revisionOf(newSet->metadata)); !done)
            return std::unexpected(done.error());
    }
    std::vector<ReplicaSetPtr> all = old;
    if (newSet)
        all.push_back(newSet);
    const bool recreate = deployment->spec->strategy && deployment->spec->strategy->type == "Recreate";
    const ScalePlan plan = paused     ? planPaused(*deployment, newSet, old)
                           : recreate ? planRecreate(*deployment, newSet, old, oldPodsGone(*deployment, newSet))
                                      : planRollingUpdate(*deployment, newSet, old);
    if (auto done = carryOut(*deployment, plan, all); !done)
        return std::unexpected(done.error());
    if (plan.empty())
        for (const ReplicaSetPtr& set : setsToForget(*deployment, old)) {
            const auto gone =
                client_->remove(client::resourceOf<ReplicaSet>(), set->metadata.namespace_, set->metadata.name);
            if (!gone && gone.error().kind != client::Errc::notFound)
                return std::unexpected(gone.error());
        }
    if (auto written = writeStatus(*deployment, newSet, all); !written)
        return std::unexpected(written.error());
    const bool waiting = deployment->spec->progressDeadlineSeconds && deployment->status &&
                         deployment->status->unavailableReplicas.value_or(0) > 0;
    return SyncResult{waiting ? std::optional<std::chrono::milliseconds>(std::chrono::seconds(30)) : std::nullopt};
}

} // namespace slipway::controllers
