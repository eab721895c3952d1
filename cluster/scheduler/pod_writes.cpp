#include "cluster/scheduler/pod_writes.h"

#include "cluster/api/types/resource_v1.h"
#include "cluster/base/log.h"
#include "cluster/base/time.h"
#include "cluster/client/informer.h"

#include <algorithm>
#include <format>

namespace slipway::scheduler {

using api::core_v1::PersistentVolume;
using api::core_v1::PersistentVolumeClaim;
using api::core_v1::Pod;
using client::PatchKind;

namespace {

client::PatchOptions ofStatus() {
    client::PatchOptions options;
    options.subresource = "status";
    return options;
}

template <class T> client::Result<void> done(client::Result<T> answer) {
    if (!answer)
        return std::unexpected(std::move(answer.error()));
    return {};
}

} // namespace

client::Result<void> PodWrites::bind(const Pod& pod, const std::string& node) const {
    const std::string &ns = pod.metadata.namespace_, &name = pod.metadata.name;
    const api::JsonObject binding{{"apiVersion", "v1"},
                                  {"kind", "Binding"},
                                  {"metadata", {{"name", name}, {"namespace", ns}, {"uid", pod.metadata.uid}}},
                                  {"target", {{"apiVersion", "v1"}, {"kind", "Node"}, {"name", node}}}};
    return done(client_->create(client::resourceOf<Pod>(), ns, binding, "binding", name));
}

void PodWrites::setUnschedulable(const Pod& pod, const std::string& message, const std::string& nominatedNode) const {
    std::string since = base::nowRfc3339();
    if (pod.status)
        for (const auto& condition : pod.status->conditions)
            if (condition.type == "PodScheduled" && condition.status == "False") {
                if (condition.reason == "Unschedulable" && condition.message == message &&
                    pod.status->nominatedNodeName == nominatedNode)
                    return;
                since = condition.lastTransitionTime;
            }
    const api::JsonObject condition{{"type", "PodScheduled"},
                                    {"status", "False"},
                                    {"reason", "Unschedulable"},
                                    {"message", message},
                                    {"lastTransitionTime", since}};
    api::JsonObject status{{"conditions", api::JsonArray{condition}}};
    if (!nominatedNode.empty())
        status["nominatedNodeName"] = nominatedNode;
    else if (pod.status && !pod.status->nominatedNodeName.empty())
        status["nominatedNodeName"] = nullptr;
    const api::JsonObject change{{"metadata", {{"uid", pod.metadata.uid}}}, {"status", status}};
    const auto answer = client_->patch(client::resourceOf<Pod>(), pod.metadata.namespace_, pod.metadata.name,
                                       PatchKind::strategicMerge, change, ofStatus());
    if (!answer && answer.error().kind != client::Errc::notFound)
        base::warn("scheduler", "status of {}: {}", pod.metadata.name, answer.error().message);
}

client::Result<void> PodWrites::evict(const PlacedPod& victim, const std::string& schedulerName) const {
    const auto [ns, name] = client::splitKey(victim.key);
    const api::JsonObject condition{
        {"type", "DisruptionTarget"},
        {"status", "True"},
        {"reason", "PreemptionByScheduler"},
        {"message", std::format("{}: preempting to accommodate a higher priority pod", schedulerName)},
        {"lastTransitionTime", base::nowRfc3339()}};
    const api::JsonObject change{{"metadata", {{"uid", victim.uid}}},
                                 {"status", {{"conditions", api::JsonArray{condition}}}}};
    if (auto told = client_->patch(client::resourceOf<Pod>(), ns, name, PatchKind::strategicMerge, change, ofStatus());
        !told)
        return std::unexpected(std::move(told.error()));
    client::DeleteOptions options;
    options.uid = victim.uid;
    return client_->remove(client::resourceOf<Pod>(), ns, name, options);
}

client::Result<void> PodWrites::settle(const plugins::VolumeChoice& choice, const std::string& node) const {
    const auto [ns, name] = client::splitKey(choice.claim);
    if (choice.volume.empty()) {
        const api::JsonObject change{{"metadata", {{"annotations", {{"volume.kubernetes.io/selected-node", node}}}}}};
        return done(client_->patch(client::resourceOf<PersistentVolumeClaim>(), ns, name, PatchKind::merge, change));
    }
    auto claim = client_->get<PersistentVolumeClaim>(ns, name);
    if (!claim)
        return std::unexpected(std::move(claim.error()));
    const api::JsonObject reference{{"apiVersion", "v1"},
                                    {"kind", "PersistentVolumeClaim"},
                                    {"namespace", ns},
                                    {"name", name},
                                    {"uid", claim->metadata.uid}};
    const api::JsonObject change{{"metadata", {{"annotations", {{"pv.kubernetes.io/bound-by-controller", "yes"}}}}},
                                 {"spec", {{"claimRef", reference}}}};
    return done(client_->patch(client::resourceOf<PersistentVolume>(), "", choice.volume, PatchKind::merge, change));
}

client::Result<void> PodWrites::reserve(const plugins::DeviceChoice& choice, const Pod& pod) const {
    constexpr const char* protection = "resource.kubernetes.io/delete-protection";
    const auto [ns, name] = client::splitKey(choice.claim);
    auto claim = client_->get<api::resource_v1::ResourceClaim>(ns, name);
    if (claim && claim->metadata.uid != choice.uid)
        return std::unexpected(client::Error{client::Errc::conflict, 409, "Conflict", "the claim was made again", {}});
    // What is in use must not go: the finalizer comes before the devices do.
    if (claim && choice.allocation &&
        std::ranges::find(claim->metadata.finalizers, protection) == claim->metadata.finalizers.end()) {
        claim->metadata.finalizers.emplace_back(protection);
        claim = client_->update(*claim);
    }
    if (!claim)
        return std::unexpected(std::move(claim.error()));
    if (!claim->status)
        claim->status.emplace();
    auto& status = *claim->status;
    if (choice.allocation.has_value() == status.allocation.has_value())
        return std::unexpected(
            client::Error{client::Errc::conflict, 409, "Conflict", "the claim is not what it was", {}});
    if (choice.allocation)
        status.allocation = choice.allocation;
    const auto uses = [&](const auto& consumer) { return consumer.uid == pod.metadata.uid; };
    if (std::ranges::none_of(status.reservedFor, uses))
        status.reservedFor.push_back(
            {.apiGroup = {}, .name = pod.metadata.name, .resource = "pods", .uid = pod.metadata.uid});
    return done(client_->updateStatus(*claim));
}

} // namespace slipway::scheduler
