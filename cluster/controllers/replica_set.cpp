#include "cluster/controllers/replica_set.h"

#include "cluster/api/selectors.h"
#include "cluster/base/log.h"
#include "cluster/base/time.h"
#include "cluster/controllers/adoption.h"
#include "cluster/controllers/pod_state.h"

#include <algorithm>
#include <format>
#include <tuple>

namespace slipway::controllers {

using api::apps_v1::ReplicaSet;
using api::core_v1::Pod;
using client::objectKey;
using PodPtr = std::shared_ptr<const Pod>;

namespace {

constexpr auto expectationTimeout = std::chrono::minutes(5);

int wantedReplicas(const ReplicaSet& set) {
    return set.spec ? set.spec->replicas.value_or(1) : 0;
}

Pod podFromTemplate(const ReplicaSet& set) {
    Pod pod;
    if (set.spec->template_) {
        pod.metadata.labels = set.spec->template_->metadata.labels;
        pod.metadata.annotations = set.spec->template_->metadata.annotations;
        pod.metadata.finalizers = set.spec->template_->metadata.finalizers;
        pod.spec = set.spec->template_->spec;
    }
    pod.metadata.generateName = set.metadata.name + "-";
    pod.metadata.namespace_ = set.metadata.namespace_;
    pod.metadata.ownerReferences = {makeControllerReference("apps/v1", "ReplicaSet", set.metadata)};
    return pod;
}

} // namespace

std::vector<PodPtr> podsToDelete(std::vector<PodPtr> pods, std::size_t surplus) {
    std::map<std::string, int> perNode;
    for (const PodPtr& pod : pods)
        if (pod->spec)
            ++perNode[pod->spec->nodeName];
    const auto phaseRank = [](const Pod& pod) {
        const std::string phase = pod.status ? pod.status->phase : "";
        return phase == "Pending" || phase.empty() ? 0 : phase == "Unknown" ? 1 : 2;
    };
    const auto cost = [](const Pod& pod) {
        const auto found = pod.metadata.annotations.find("controller.kubernetes.io/pod-deletion-cost");
        return found == pod.metadata.annotations.end() ? 0L : std::strtol(found->second.c_str(), nullptr, 10);
    };
    std::ranges::sort(pods, [&](const PodPtr& a, const PodPtr& b) {
        const auto rank = [&](const Pod& pod) {
            const std::string node = pod.spec ? pod.spec->nodeName : "";
            return std::tuple(!node.empty(), phaseRank(pod), isReady(pod), cost(pod), -perNode[node]);
        };
        const auto left = rank(*a), right = rank(*b);
        if (left != right)
            return left < right;
        return a->metadata.creationTimestamp > b->metadata.creationTimestamp;
    });
    pods.resize(std::min(surplus, pods.size()));
    return pods;
}

api::apps_v1::ReplicaSetStatus replicaSetStatus(const ReplicaSet& set, const std::vector<PodPtr>& active,
                                                std::chrono::system_clock::time_point now,
                                                std::chrono::milliseconds* wait) {
    api::apps_v1::ReplicaSetStatus status;
    if (set.status)
        status.conditions = set.status->conditions;
    int ready = 0, available = 0, labeled = 0;
    const int minReady = set.spec->minReadySeconds.value_or(0);
    for (const PodPtr& pod : active) {
        const auto& templateLabels = set.spec->template_ ? set.spec->template_->metadata.labels : pod->metadata.labels;
        labeled += std::ranges::all_of(templateLabels, [&](const auto& label) {
            const auto found = pod->metadata.labels.find(label.first);
            return found != pod->metadata.labels.end() && found->second == label.second;
        });
        ready += isReady(*pod);
        available += isAvailable(*pod, minReady, now, wait);
    }
    status.replicas = static_cast<int>(active.size());
    const auto optional = [](int count) { return count == 0 ? std::nullopt : std::optional<std::int32_t>(count); };
    status.readyReplicas = optional(ready);
    status.availableReplicas = optional(available);
    status.fullyLabeledReplicas = optional(labeled);
    status.observedGeneration = set.metadata.generation;
    return status;
}

ReplicaSetController::ReplicaSetController(Informers& informers, std::shared_ptr<const client::Client> client)
    : informers_(informers)
    , client_(client)
    , events_(client, "replicaset-controller")
    , controller_("replicaset", [this](const std::string& key) { return sync(key); }, 2) {
    informers_.replicaSets.onChange([this](const auto& before, const auto& after) {
        const auto& object = after ? after : before;
        controller_.enqueue(objectKey(object->metadata.namespace_, object->metadata.name));
    });
    informers_.pods.onChange([this](const PodPtr& before, const PodPtr& after) { podChanged(before, after); });
}

void ReplicaSetController::podChanged(const PodPtr& before, const PodPtr& after) {
    const Pod& pod = after ? *after : *before;
    const auto* owner = controllerOf(pod.metadata);
    if (owner == nullptr) {
        for (const auto& set : informers_.replicaSets.list(pod.metadata.namespace_)) // an orphan may be adopted
            if (set->spec && api::matches(set->spec->selector, pod.metadata.labels))
                controller_.enqueue(objectKey(set->metadata.namespace_, set->metadata.name));
        return;
    }
    if (owner->kind != "ReplicaSet")
        return;
    const std::string key = objectKey(pod.metadata.namespace_, owner->name);
    {
        std::lock_guard lock(mutex_);
        if (const auto found = expected_.find(key); found != expected_.end()) {
            if (after)
                found->second.creations.erase(pod.metadata.uid);
            if (!after || !after->metadata.deletionTimestamp.empty())
                found->second.deletions.erase(pod.metadata.uid);
        }
    }
    controller_.enqueue(key);
}

bool ReplicaSetController::satisfied(const std::string& key) {
    std::lock_guard lock(mutex_);
    const auto found = expected_.find(key);
    if (found == expected_.end())
        return true;
    const Expectation& e = found->second;
    return (e.creations.empty() && e.deletions.empty()) ||
           std::chrono::steady_clock::now() - e.since > expectationTimeout;
}

client::Result<std::vector<PodPtr>> ReplicaSetController::claim(const ReplicaSet& set) {
    std::vector<PodPtr> own;
    AdoptionCheck mayAdopt(*client_, set);
    for (const PodPtr& pod : informers_.pods.list(set.metadata.namespace_)) {
        const auto* owner = controllerOf(pod->metadata);
        const bool matching = api::matches(set.spec->selector, pod->metadata.labels);
        if (owner != nullptr && owner->uid == set.metadata.uid) {
            if (matching) {
                own.push_back(pod);
            } else if (pod->metadata.deletionTimestamp.empty()) { // released
                const api::JsonObject patch{
                    {"metadata",
                     api::JsonObject{{"ownerReferences", api::JsonArray{api::JsonObject{{"$patch", "delete"},
                                                                                        {"uid", set.metadata.uid}}}}}}};
                if (auto done = client_->patch(client::resourceOf<Pod>(), pod->metadata.namespace_, pod->metadata.name,
                                               client::PatchKind::strategicMerge, patch);
                    !done && done.error().kind != client::Errc::notFound)
                    return std::unexpected(done.error());
            }
        } else if (owner == nullptr && matching && isActive(*pod)) { // an orphan: adopted
            const auto allowed = mayAdopt();
            if (!allowed)
                return std::unexpected(allowed.error());
            if (!*allowed)
                continue;
            const api::Json reference = api::toJson(makeControllerReference("apps/v1", "ReplicaSet", set.metadata));
            const api::JsonObject patch{{"metadata", api::JsonObject{{"uid", pod->metadata.uid},
                                                                     {"ownerReferences", api::JsonArray{reference}}}}};
            auto done = client_->patch(client::resourceOf<Pod>(), pod->metadata.namespace_, pod->metadata.name,
                                       client::PatchKind::strategicMerge, patch);
            if (!done && done.error().kind != client::Errc::notFound)
                return std::unexpected(done.error());
            own.push_back(pod);
        }
    }
    return own;
}

client::Result<void> ReplicaSetController::createPods(const ReplicaSet& set, const std::string& key,
                                                      std::size_t count) {
    // Slow start: a template that is refused is refused once, not a hundred times.
    for (std::size_t made = 0, batch = 1; made < count; batch *= 2)
        for (std::size_t i = 0; i < batch && made < count; ++i, ++made) {
            auto pod = [&] {
                std::lock_guard lock(mutex_); // the cache must not show the pod before it is expected
                auto created = client_->create(set.metadata.namespace_, podFromTemplate(set));
                if (created) {
                    Expectation& e = expected_[key];
                    e.since = std::chrono::steady_clock::now();
                    if (!informers_.pods.get(set.metadata.namespace_, created->metadata.name))
                        e.creations.insert(created->metadata.uid);
                }
                return created;
            }();
            if (!pod) {
                if (pod.error().kind != client::Errc::notFound)
                    events_.record(client::EventRecorder::referenceTo(set), "Warning", "FailedCreate",
                                   "Error creating: " + pod.error().message);
                return std::unexpected(pod.error());
            }
            events_.record(client::EventRecorder::referenceTo(set), "Normal", "SuccessfulCreate",
                           "Created pod: " + pod->metadata.name);
        }
    return {};
}

client::Result<void> ReplicaSetController::deletePods(const ReplicaSet& set, const std::string& key,
                                                      const std::vector<PodPtr>& pods) {
    for (const PodPtr& pod : pods) {
        {
            std::lock_guard lock(mutex_);
            Expectation& e = expected_[key];
            e.since = std::chrono::steady_clock::now();
            e.deletions.insert(pod->metadata.uid);
        }
        client::DeleteOptions options;
        options.uid = pod->metadata.uid;
        const auto done =
            client_->remove(client::resourceOf<Pod>(), pod->metadata.namespace_, pod->metadata.name, options);
        if (!done) {
            std::lock_guard lock(mutex_);
            expected_[key].deletions.erase(pod->metadata.uid);
            if (done.error().kind != client::Errc::notFound)
                return std::unexpected(done.error());
        } else {
            events_.record(client::EventRecorder::referenceTo(set), "Normal", "SuccessfulDelete",
                           "Deleted pod: " + pod->metadata.name);
        }
    }
    return {};
}

client::Result<void> ReplicaSetController::scale(const ReplicaSet& set, const std::string& key,
                                                 const std::vector<PodPtr>& active) {
    const auto wanted = static_cast<std::size_t>(std::max(0, wantedReplicas(set)));
    if (active.size() < wanted)
        return createPods(set, key, std::min<std::size_t>(wanted - active.size(), 500));
    if (active.size() > wanted)
        return deletePods(set, key, podsToDelete(active, std::min<std::size_t>(active.size() - wanted, 500)));
    return {};
}

client::Result<SyncResult> ReplicaSetController::sync(const std::string& key) {
    const auto set = informers_.replicaSets.getKey(key);
    if (!set || !set->spec) {
        std::lock_guard lock(mutex_);
        expected_.erase(key);
        return SyncResult{};
    }
    const bool settled = satisfied(key);
    auto claimed = claim(*set);
    if (!claimed)
        return std::unexpected(claimed.error());
    std::vector<PodPtr> active;
    std::ranges::copy_if(*claimed, std::back_inserter(active), [](const PodPtr& pod) { return isActive(*pod); });
    client::Result<void> scaled{};
    if (settled && set->metadata.deletionTimestamp.empty())
        scaled = scale(*set, key, active);
    std::chrono::milliseconds wait(0);
    auto status = replicaSetStatus(*set, active, std::chrono::system_clock::now(), &wait);
    if (!set->status || status != *set->status) {
        ReplicaSet next = *set;
        next.status = status;
        const auto written = client_->updateStatus(next);
        if (!written && written.error().kind != client::Errc::notFound)
            return std::unexpected(written.error());
    }
    if (!scaled)
        return std::unexpected(scaled.error());
    return SyncResult{wait.count() > 0 ? std::optional(wait) : std::nullopt};
}

} // namespace slipway::controllers
