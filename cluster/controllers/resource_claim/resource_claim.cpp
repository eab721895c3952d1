#include "cluster/controllers/resource_claim/resource_claim.h"

#include "cluster/api/types/resource_v1.h"
#include "cluster/controllers/workload/object_edit.h"
#include "cluster/controllers/workload/pod_state.h"

#include <algorithm>
#include <format>

namespace slipway::controllers {

using api::JsonArray;
using api::JsonObject;
using api::core_v1::Pod;
using api::resource_v1::ResourceClaim;
using api::resource_v1::ResourceClaimTemplate;
using client::objectKey;
using client::resourceOf;

namespace {

constexpr std::string_view podKey = "pod ", claimKey = "claim ";
constexpr const char *podClaimName = "resource.kubernetes.io/pod-claim-name",
                     *protection = "resource.kubernetes.io/delete-protection";

bool hasClaims(const Pod& pod) {
    return pod.spec && !pod.spec->resourceClaims.empty();
}

/// Whether the pod needs its claims no more: it has ended, or will never begin.
bool isDone(const Pod& pod) {
    return isFinished(pod) || (isTerminating(pod) && pod.spec->nodeName.empty());
}

const std::string* claimNameIn(const Pod& pod, const std::string& entry) {
    if (!pod.status)
        return nullptr;
    const auto& list = pod.status->resourceClaimStatuses;
    const auto found = std::ranges::find(list, entry, &api::core_v1::PodResourceClaimStatus::name);
    return found == list.end() ? nullptr : &found->resourceClaimName;
}

class ResourceClaimController : public Reconciler {
public:
    explicit ResourceClaimController(const Context& context) : Reconciler(context, 2) {
        watch<Pod>([this](const auto& before, const auto& after) {
            const Pod& pod = after ? *after : *before;
            if (!hasClaims(pod))
                return;
            enqueue(std::format("{}{}", podKey, objectKey(pod.metadata.namespace_, pod.metadata.name)));
            if (after && !isDone(*after))
                return;
            for (const auto& entry : pod.spec->resourceClaims) {
                if (const std::string* made = claimNameIn(pod, entry.name))
                    enqueueClaim(pod.metadata.namespace_, *made);
                else if (!entry.resourceClaimName.empty())
                    enqueueClaim(pod.metadata.namespace_, entry.resourceClaimName);
            }
        });
        watch<ResourceClaim>([this](const auto& before, const auto& after) {
            const auto& metadata = (after ? after : before)->metadata;
            if (const auto* owner = controllerOf(metadata); owner != nullptr && owner->kind == "Pod")
                enqueue(std::format("{}{}", podKey, objectKey(metadata.namespace_, owner->name)));
            enqueueClaim(metadata.namespace_, metadata.name);
        });
        watch<ResourceClaimTemplate>([](const auto&, const auto&) {});
    }

private:
    void enqueueClaim(const std::string& ns, const std::string& name) {
        enqueue(std::format("{}{}", claimKey, objectKey(ns, name)));
    }

    client::Result<SyncResult> sync(const std::string& key) override {
        const auto done =
            key.starts_with(podKey) ? syncPod(key.substr(podKey.size())) : syncClaim(key.substr(claimKey.size()));
        return done ? client::Result<SyncResult>(SyncResult{}) : std::unexpected(done.error());
    }

    client::Result<void> syncPod(const std::string& key) {
        const auto pod = caches_.of<Pod>().getKey(key);
        if (!pod || !hasClaims(*pod) || isTerminating(*pod) || isFinished(*pod))
            return {};
        JsonArray news;
        for (const auto& entry : pod->spec->resourceClaims) {
            if (entry.resourceClaimTemplateName.empty() || claimNameIn(*pod, entry.name) != nullptr)
                continue;
            const auto name = bring(*pod, entry);
            if (!name) {
                events_.record(client::EventRecorder::referenceTo(*pod), "Warning", "FailedResourceClaimCreation",
                               std::format("PodResourceClaim {}: {}", entry.name, name.error().message));
                return std::unexpected(name.error());
            }
            news.push_back(JsonObject{{"name", entry.name}, {"resourceClaimName", *name}});
        }
        if (news.empty())
            return {};
        client::PatchOptions options;
        options.subresource = "status";
        return ignoreGone(client_->patch(resourceOf<Pod>(), pod->metadata.namespace_, pod->metadata.name,
                                         client::PatchKind::strategicMerge,
                                         JsonObject{{"metadata", JsonObject{{"uid", pod->metadata.uid}}},
                                                    {"status", JsonObject{{"resourceClaimStatuses", std::move(news)}}}},
                                         options));
    }

    /// The name of the claim that was made for an entry of the pod; it is made when there is none.
    client::Result<std::string> bring(const Pod& pod, const api::core_v1::PodResourceClaim& entry) {
        for (const auto& claim : caches_.ownedBy<ResourceClaim>(pod.metadata.uid)) {
            const auto mark = claim->metadata.annotations.find(podClaimName);
            if (mark != claim->metadata.annotations.end() && mark->second == entry.name)
                return claim->metadata.name;
        }
        const auto form =
            caches_.of<ResourceClaimTemplate>().get(pod.metadata.namespace_, entry.resourceClaimTemplateName);
        if (!form)
            return std::unexpected(client::Error{
                client::Errc::notFound,
                404,
                "NotFound",
                std::format("resource claim template \"{}\": resourceclaimtemplate.resource.k8s.io \"{}\" not found",
                            entry.resourceClaimTemplateName, entry.resourceClaimTemplateName),
                {}});
        ResourceClaim claim;
        claim.metadata.generateName = std::format("{}-{}-", pod.metadata.name, entry.name);
        claim.metadata.namespace_ = pod.metadata.namespace_;
        claim.metadata.labels = form->spec.metadata.labels;
        claim.metadata.annotations = form->spec.metadata.annotations;
        claim.metadata.annotations[podClaimName] = entry.name;
        claim.metadata.ownerReferences = {makeControllerReference("v1", "Pod", pod.metadata)};
        claim.spec = form->spec.spec;
        const auto made = client_->create(pod.metadata.namespace_, claim);
        if (!made)
            return std::unexpected(made.error());
        return made->metadata.name;
    }

    client::Result<void> syncClaim(const std::string& key) {
        const auto claim = caches_.of<ResourceClaim>().getKey(key);
        if (!claim)
            return {};
        JsonArray left;
        std::size_t before = 0;
        if (claim->status) {
            before = claim->status->reservedFor.size();
            for (const auto& user : claim->status->reservedFor) {
                const auto needed = stillNeeds(*claim, user);
                if (!needed)
                    return std::unexpected(needed.error());
                if (*needed)
                    left.push_back(api::toJson(user));
            }
        }
        const bool unused = left.empty(), deleting = !claim->metadata.deletionTimestamp.empty();
        const bool freed = left.size() < before || (unused && deleting && claim->status && claim->status->allocation);
        if (freed)
            if (const auto done = writeUsers(*claim, std::move(left)); !done)
                return done;
        if (!unused)
            return {};
        // A scheduler protects a claim before it allocates: what is not allocated yet may be about to be.
        if (isProtected(*claim) && (freed || deleting))
            if (const auto done = unprotect(*claim); !done)
                return done;
        return removeIfPodIsDone(*claim);
    }

    /// What is not a pod is left alone. A pod that the cache does not show may be newer than the cache.
    client::Result<bool> stillNeeds(const ResourceClaim& claim,
                                    const api::resource_v1::ResourceClaimConsumerReference& user) {
        if (!user.apiGroup.empty() || user.resource != "pods")
            return true;
        auto pod = caches_.of<Pod>().get(claim.metadata.namespace_, user.name);
        if (!pod || pod->metadata.uid != user.uid) {
            const auto live = client_->get<Pod>(claim.metadata.namespace_, user.name);
            if (!live && live.error().kind != client::Errc::notFound)
                return std::unexpected(live.error());
            return live && live->metadata.uid == user.uid && !isDone(*live);
        }
        return !isDone(*pod);
    }

    static bool isProtected(const ResourceClaim& claim) {
        return std::ranges::contains(claim.metadata.finalizers, protection);
    }

    client::Result<void> writeUsers(const ResourceClaim& claim, JsonArray users) {
        return editObject(
            *client_, resourceOf<ResourceClaim>(), claim.metadata.namespace_, claim.metadata.name, claim.metadata.uid,
            [&](JsonObject& json) {
                JsonObject& status = api::objectAt(json, {"status"});
                if (users.empty()) {
                    status.erase("reservedFor");
                    status.erase("allocation");
                    status.erase("devices");
                } else {
                    status["reservedFor"] = users;
                }
            },
            "status");
    }

    client::Result<void> unprotect(const ResourceClaim& claim) {
        return editObject(*client_, resourceOf<ResourceClaim>(), claim.metadata.namespace_, claim.metadata.name,
                          claim.metadata.uid, [&](JsonObject& json) {
                              JsonArray others;
                              for (const std::string& name : claim.metadata.finalizers)
                                  if (name != protection)
                                      others.emplace_back(name);
                              api::objectAt(json, {"metadata"})["finalizers"] = std::move(others);
                          });
    }

    /// A claim that was made for a pod goes when that pod is done, and not only when it is deleted.
    client::Result<void> removeIfPodIsDone(const ResourceClaim& claim) {
        const auto* owner = controllerOf(claim.metadata);
        if (owner == nullptr || owner->kind != "Pod" || !claim.metadata.deletionTimestamp.empty())
            return {};
        const auto pod = caches_.of<Pod>().get(claim.metadata.namespace_, owner->name);
        if (!pod || (pod->metadata.uid == owner->uid && !isDone(*pod)))
            return {}; // one that is gone takes its claims with it
        client::DeleteOptions options;
        options.uid = claim.metadata.uid;
        return ignoreGone(
            client_->remove(resourceOf<ResourceClaim>(), claim.metadata.namespace_, claim.metadata.name, options));
    }
};

} // namespace

std::unique_ptr<Reconciler> makeResourceClaimController(const Context& context) {
    return std::make_unique<ResourceClaimController>(context);
}

} // namespace slipway::controllers
