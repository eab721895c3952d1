#include "cluster/scheduler/pod_info.h"

#include "cluster/api/codec.h"
#include "cluster/client/informer.h"

#include <mutex>
#include <unordered_map>

namespace slipway::scheduler {
namespace {

constexpr std::size_t keptTraits = 4096; // before those that nobody uses are looked for

/// Everything that makes traits differ, as text.
std::string fingerprint(const PodTraits& traits) {
    std::string text = traits.ns;
    for (const auto& [name, value] : traits.labels) {
        text += '\n';
        text += name;
        text += '=';
        text += value;
    }
    if (traits.affinity)
        text += '\n' + api::printJson(api::toJson(*traits.affinity));
    return text;
}

/// The traits of a workload's pods are the same; this keeps one of each in use. A pod with claims is like no other.
std::shared_ptr<const PodTraits> shared(PodTraits traits) {
    if (!traits.claims.empty())
        return std::make_shared<const PodTraits>(std::move(traits));
    static std::mutex mutex;
    static std::unordered_map<std::string, std::weak_ptr<const PodTraits>> known;
    static std::size_t sweepAt = keptTraits;
    std::string key = fingerprint(traits);
    std::lock_guard lock(mutex);
    if (known.size() > sweepAt) {
        std::erase_if(known, [](const auto& entry) { return entry.second.expired(); });
        sweepAt = std::max(keptTraits, 2 * known.size());
    }
    auto& slot = known[std::move(key)];
    auto found = slot.lock();
    if (!found)
        slot = found = std::make_shared<const PodTraits>(std::move(traits));
    return found;
}

std::shared_ptr<const PodTraits> traitsOf(const api::core_v1::Pod& pod) {
    PodTraits traits;
    traits.ns = pod.metadata.namespace_;
    traits.labels = pod.metadata.labels;
    if (!pod.spec)
        return shared(std::move(traits));
    if (pod.spec->affinity && (pod.spec->affinity->podAffinity || pod.spec->affinity->podAntiAffinity)) {
        traits.affinity.emplace();
        traits.affinity->podAffinity = pod.spec->affinity->podAffinity;
        traits.affinity->podAntiAffinity = pod.spec->affinity->podAntiAffinity;
    }
    for (const auto& volume : pod.spec->volumes) {
        if (volume.persistentVolumeClaim)
            traits.claims.push_back(volume.persistentVolumeClaim->claimName);
        else if (volume.ephemeral)
            traits.claims.push_back(pod.metadata.name + "-" + volume.name);
    }
    return shared(std::move(traits));
}

} // namespace

bool PodTraits::hasRequiredAntiAffinity() const {
    return affinity && affinity->podAntiAffinity &&
           !affinity->podAntiAffinity->requiredDuringSchedulingIgnoredDuringExecution.empty();
}

PodInfo describePod(std::shared_ptr<const api::core_v1::Pod> pod) {
    PodInfo info;
    info.key = client::objectKey(pod->metadata.namespace_, pod->metadata.name);
    info.uid = pod->metadata.uid;
    for (const auto& owner : pod->metadata.ownerReferences)
        if (owner.controller.value_or(false))
            info.ownerUid = owner.uid;
    if (pod->spec) {
        info.requests = podRequests(*pod->spec);
        info.priority = pod->spec->priority.value_or(0);
        for (const auto& container : pod->spec->containers)
            for (const auto& port : container.ports) {
                const std::int32_t taken =
                    port.hostPort.value_or(pod->spec->hostNetwork.value_or(false) ? port.containerPort : 0);
                if (taken > 0)
                    info.hostPorts.push_back({port.hostIP, port.protocol.empty() ? "TCP" : port.protocol, taken});
            }
    }
    if (pod->status) {
        info.startedAt = pod->status->startTime;
        info.nominated = pod->status->nominatedNodeName;
    }
    info.leaving = !pod->metadata.deletionTimestamp.empty();
    info.traits = traitsOf(*pod);
    info.pod = std::move(pod);
    return info;
}

} // namespace slipway::scheduler
