#include "cluster/controllers/owned_pods.h"

#include <algorithm>

namespace slipway::controllers {

using api::core_v1::Pod;
using client::objectKey;

namespace {

constexpr auto expectationTimeout = std::chrono::minutes(1);

} // namespace

Pod podFromTemplate(const api::core_v1::PodTemplateSpec& podTemplate) {
    Pod pod;
    pod.metadata.labels = podTemplate.metadata.labels;
    pod.metadata.annotations = podTemplate.metadata.annotations;
    pod.metadata.finalizers = podTemplate.metadata.finalizers;
    pod.spec = podTemplate.spec;
    return pod;
}

OwnedPods::OwnedPods(Informers& informers, std::shared_ptr<const client::Client> client, std::string component,
                     std::string apiVersion, std::string kind, std::function<void(const std::string&)> enqueue)
    : informers_(informers)
    , client_(std::move(client))
    , apiVersion_(std::move(apiVersion))
    , kind_(std::move(kind))
    , enqueue_(std::move(enqueue))
    , events_(client_, std::move(component)) {
    informers_.pods.onChange([this](const PodPtr& before, const PodPtr& after) { podChanged(before, after); });
}

void OwnedPods::podChanged(const PodPtr& before, const PodPtr& after) {
    const Pod& pod = after ? *after : *before;
    const auto* owner = controllerOf(pod.metadata);
    if (owner == nullptr && orphan_ && after)
        orphan_(pod);
    // A pod that was released concerns the owner it had.
    const auto* former = before ? controllerOf(before->metadata) : nullptr;
    for (const auto* one : {owner, former}) {
        if (one == nullptr || one->kind != kind_)
            continue;
        const std::string key = objectKey(pod.metadata.namespace_, one->name);
        {
            std::lock_guard lock(mutex_);
            if (const auto found = expected_.find(key); found != expected_.end()) {
                found->second.creations.erase(pod.metadata.uid);
                if (!after || !after->metadata.deletionTimestamp.empty())
                    found->second.deletions.erase(pod.metadata.uid);
            }
        }
        enqueue_(key);
    }
}

bool OwnedPods::settled(const std::string& key) {
    std::lock_guard lock(mutex_);
    const auto found = expected_.find(key);
    if (found == expected_.end())
        return true;
    const Expectation& e = found->second;
    if (!e.creations.empty() || !e.deletions.empty())
        return std::chrono::steady_clock::now() - e.since > expectationTimeout;
    expected_.erase(found);
    return true;
}

void OwnedPods::forget(const std::string& key) {
    std::lock_guard lock(mutex_);
    expected_.erase(key);
}

client::Result<void> OwnedPods::patchOwners(const Pod& pod, const api::JsonObject& reference) {
    const api::JsonObject patch{
        {"metadata", api::JsonObject{{"uid", pod.metadata.uid}, {"ownerReferences", api::JsonArray{reference}}}}};
    const auto done = client_->patch(client::resourceOf<Pod>(), pod.metadata.namespace_, pod.metadata.name,
                                     client::PatchKind::strategicMerge, patch);
    if (!done && done.error().kind != client::Errc::notFound)
        return std::unexpected(done.error());
    return {};
}

client::Result<std::vector<PodPtr>> OwnedPods::claimPods(const api::meta_v1::ObjectMeta& owner,
                                                         const std::function<bool(const Labels&)>& matching,
                                                         const std::function<client::Result<bool>()>& mayAdopt) {
    std::vector<PodPtr> own;
    for (const PodPtr& pod : informers_.pods.list(owner.namespace_)) {
        const auto* controller = controllerOf(pod->metadata);
        const bool match = matching(pod->metadata.labels);
        if (controller != nullptr && controller->uid == owner.uid) {
            if (match) {
                own.push_back(pod);
            } else if (pod->metadata.deletionTimestamp.empty()) { // released
                if (auto done = patchOwners(*pod, {{"$patch", "delete"}, {"uid", owner.uid}}); !done)
                    return std::unexpected(done.error());
            }
        } else if (controller == nullptr && match && isActive(*pod)) {
            const auto allowed = mayAdopt();
            if (!allowed)
                return std::unexpected(allowed.error());
            if (!*allowed)
                continue;
            const auto reference = api::toJson(makeControllerReference(apiVersion_, kind_, owner));
            if (auto done = patchOwners(*pod, reference); !done)
                return std::unexpected(done.error());
            own.push_back(pod);
        }
    }
    return own;
}

client::Result<void> OwnedPods::create(const api::core_v1::ObjectReference& owner, Pod pod) {
    api::meta_v1::ObjectMeta ownerMeta;
    ownerMeta.name = owner.name;
    ownerMeta.uid = owner.uid;
    pod.metadata.namespace_ = owner.namespace_;
    pod.metadata.ownerReferences = {makeControllerReference(apiVersion_, kind_, ownerMeta)};
    const auto made = client_->create(owner.namespace_, pod);
    if (!made) {
        if (made.error().kind != client::Errc::notFound && made.error().kind != client::Errc::alreadyExists)
            events_.record(owner, "Warning", "FailedCreate", "Error creating: " + made.error().message);
        return std::unexpected(made.error());
    }
    const std::string key = objectKey(owner.namespace_, owner.name);
    {
        std::lock_guard lock(mutex_);
        Expectation& e = expected_[key];
        e.since = std::chrono::steady_clock::now();
        e.creations.insert(made->metadata.uid);
    }
    // The cache may have shown it before it was expected.
    if (informers_.pods.get(owner.namespace_, made->metadata.name)) {
        std::lock_guard lock(mutex_);
        expected_[key].creations.erase(made->metadata.uid);
    }
    events_.record(owner, "Normal", "SuccessfulCreate", "Created pod: " + made->metadata.name);
    return {};
}

client::Result<void> OwnedPods::remove(const api::core_v1::ObjectReference& owner, const Pod& pod) {
    const std::string key = objectKey(owner.namespace_, owner.name);
    {
        std::lock_guard lock(mutex_);
        Expectation& e = expected_[key];
        e.since = std::chrono::steady_clock::now();
        e.deletions.insert(pod.metadata.uid);
    }
    client::DeleteOptions options;
    options.uid = pod.metadata.uid;
    const auto done = client_->remove(client::resourceOf<Pod>(), pod.metadata.namespace_, pod.metadata.name, options);
    if (done) {
        events_.record(owner, "Normal", "SuccessfulDelete", "Deleted pod: " + pod.metadata.name);
        return {};
    }
    std::lock_guard lock(mutex_);
    expected_[key].deletions.erase(pod.metadata.uid);
    if (done.error().kind == client::Errc::notFound)
        return {};
    return std::unexpected(done.error());
}

client::Result<void> OwnedPods::createMany(const api::core_v1::ObjectReference& owner, std::size_t count,
                                           const std::function<Pod(std::size_t)>& make) {
    for (std::size_t made = 0, batch = 1; made < count; batch *= 2)
        for (std::size_t i = 0; i < batch && made < count; ++i, ++made)
            if (auto done = create(owner, make(made)); !done)
                return std::unexpected(done.error());
    return {};
}

} // namespace slipway::controllers
