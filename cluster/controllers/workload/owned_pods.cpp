#include "cluster/controllers/workload/owned_pods.h"

#include <algorithm>
#include <format>

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

OwnedPods::OwnedPods(const Context& context, client::EventRecorder& events, std::string apiVersion, std::string kind,
                     std::function<void(const std::string&)> enqueue)
    : caches_(context.caches)
    , fanOut_(context.fanOut)
    , client_(context.client)
    , events_(events)
    , apiVersion_(std::move(apiVersion))
    , kind_(std::move(kind))
    , enqueue_(std::move(enqueue)) {
    caches_.of<Pod>().onChange([this](const PodPtr& before, const PodPtr& after) { podChanged(before, after); });
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
        observe(key, before, after);
        enqueue_(key);
        if (owner != nullptr && former != nullptr && owner->uid == former->uid)
            break;
    }
}

void OwnedPods::observe(const std::string& key, const PodPtr& before, const PodPtr& after) {
    std::lock_guard lock(mutex_);
    const auto found = expected_.find(key);
    if (found == expected_.end())
        return;
    if (!before && found->second.creations > 0)
        --found->second.creations;
    if (!after || !after->metadata.deletionTimestamp.empty())
        found->second.deletions.erase((after ? after : before)->metadata.uid);
}

bool OwnedPods::settled(const std::string& key) {
    std::lock_guard lock(mutex_);
    const auto found = expected_.find(key);
    if (found == expected_.end())
        return true;
    const Expectation& e = found->second;
    if (e.creations > 0 || !e.deletions.empty())
        return std::chrono::steady_clock::now() - e.since > expectationTimeout;
    expected_.erase(found);
    return true;
}

void OwnedPods::forget(const std::string& key) {
    std::lock_guard lock(mutex_);
    expected_.erase(key);
}

void OwnedPods::expectCreation(const std::string& key, int change) {
    std::lock_guard lock(mutex_);
    Expectation& e = expected_[key];
    e.since = std::chrono::steady_clock::now();
    e.creations = std::max(0, e.creations + change);
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
    std::vector<PodPtr> candidates = caches_.ownedBy<Pod>(owner.uid);
    std::ranges::copy(caches_.orphansIn<Pod>(owner.namespace_), std::back_inserter(candidates));
    for (const PodPtr& pod : candidates) {
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

void OwnedPods::tell(const api::core_v1::ObjectReference& owner, bool created, const std::string& pod,
                     const client::Error* error) {
    const char* reason = error != nullptr ? (created ? "FailedCreate" : "FailedDelete")
                                          : (created ? "SuccessfulCreate" : "SuccessfulDelete");
    std::string text;
    if (namesSet_)
        text = std::format("{} Pod {} in {} {} {}", created ? "create" : "delete", pod, kind_, owner.name,
                           error != nullptr ? "failed error: " + error->message : "successful");
    else if (error != nullptr)
        text = std::format("Error {}: {}", created ? "creating" : "deleting", error->message);
    else
        text = std::format("{} pod: {}", created ? "Created" : "Deleted", pod);
    events_.record(owner, error != nullptr ? "Warning" : "Normal", reason, text);
}

client::Result<void> OwnedPods::create(const api::core_v1::ObjectReference& owner, Pod pod) {
    api::meta_v1::ObjectMeta ownerMeta;
    ownerMeta.name = owner.name;
    ownerMeta.uid = owner.uid;
    pod.metadata.namespace_ = owner.namespace_;
    pod.metadata.ownerReferences = {makeControllerReference(apiVersion_, kind_, ownerMeta)};
    const std::string key = objectKey(owner.namespace_, owner.name);
    expectCreation(key, +1);
    const auto made = client_->create(owner.namespace_, pod);
    if (made) {
        tell(owner, true, made->metadata.name, nullptr);
        return {};
    }
    expectCreation(key, -1);
    if (made.error().kind != client::Errc::notFound && made.error().kind != client::Errc::alreadyExists &&
        !isNamespaceEnding(made.error()))
        tell(owner, true, pod.metadata.name, &made.error());
    return std::unexpected(made.error());
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
        tell(owner, false, pod.metadata.name, nullptr);
        return {};
    }
    {
        std::lock_guard lock(mutex_);
        expected_[key].deletions.erase(pod.metadata.uid);
    }
    if (done.error().kind == client::Errc::notFound)
        return {};
    tell(owner, false, pod.metadata.name, &done.error());
    return std::unexpected(done.error());
}

client::Result<void> OwnedPods::createMany(const api::core_v1::ObjectReference& owner, std::size_t count,
                                           const std::function<Pod(std::size_t)>& make) {
    std::mutex mutex;
    std::optional<client::Error> failure;
    for (std::size_t made = 0, batch = 1; made < count && !failure; made += batch, batch *= 2) {
        batch = std::min(batch, count - made);
        fanOut_.run(batch, [&](std::size_t i) {
            auto done = create(owner, make(made + i));
            std::lock_guard lock(mutex);
            if (!done && !failure)
                failure = std::move(done.error());
        });
    }
    return failure ? std::unexpected(std::move(*failure)) : client::Result<void>();
}

client::Result<void> OwnedPods::removeMany(const api::core_v1::ObjectReference& owner,
                                           const std::vector<PodPtr>& pods) {
    std::mutex mutex;
    std::optional<client::Error> failure;
    fanOut_.run(pods.size(), [&](std::size_t i) {
        auto done = remove(owner, *pods[i]);
        std::lock_guard lock(mutex);
        if (!done && !failure)
            failure = std::move(done.error());
    });
    return failure ? std::unexpected(std::move(*failure)) : client::Result<void>();
}

bool isNamespaceEnding(const client::Error& error) {
    if (error.kind != client::Errc::forbidden)
        return false;
    const api::Json* causes = api::find(error.status, {"details", "causes"});
    if (causes != nullptr && causes->is_array())
        for (const api::Json& cause : causes->get_array())
            if (api::stringAt(cause, {"reason"}) == "NamespaceTerminating")
                return true;
    return error.message.find("because it is being terminated") != std::string::npos;
}

} // namespace slipway::controllers
