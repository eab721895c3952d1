#include "cluster/scheduler/snapshot.h"

#include "cluster/api/quantity.h"
#include "cluster/client/informer.h"
#include "cluster/scheduler/held_resources.h"

#include <algorithm>
#include <mutex>

namespace slipway::scheduler {

namespace {

/// Traits of pods without rules of their own are the same for all pods of a workload; this keeps one of each in use.
std::shared_ptr<const PodTraits> shared(PodTraits traits) {
    if (traits.affinity || !traits.claims.empty())
        return std::make_shared<const PodTraits>(std::move(traits));
    static std::mutex mutex;
    static std::map<std::pair<std::string, std::map<std::string, std::string>>, std::weak_ptr<const PodTraits>> known;
    std::lock_guard lock(mutex);
    if (known.size() > 4096)
        std::erase_if(known, [](const auto& entry) { return entry.second.expired(); });
    auto& slot = known[{traits.ns, traits.labels}];
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
    if (pod.spec->affinity && (pod.spec->affinity->podAffinity || pod.spec->affinity->podAntiAffinity))
        traits.affinity = pod.spec->affinity;
    for (const auto& volume : pod.spec->volumes) {
        if (volume.persistentVolumeClaim)
            traits.claims.push_back(volume.persistentVolumeClaim->claimName);
        else if (volume.ephemeral)
            traits.claims.push_back(pod.metadata.name + "-" + volume.name);
    }
    return shared(std::move(traits));
}

bool hasPodRules(const PlacedPod& pod) {
    return pod.traits->affinity.has_value();
}

} // namespace

bool PlacedPod::hasRequiredAntiAffinity() const {
    return traits->affinity && traits->affinity->podAntiAffinity &&
           !traits->affinity->podAntiAffinity->requiredDuringSchedulingIgnoredDuringExecution.empty();
}

PodInfo describePod(std::shared_ptr<const api::core_v1::Pod> pod) {
    PodInfo info;
    info.key = client::objectKey(pod->metadata.namespace_, pod->metadata.name);
    info.uid = pod->metadata.uid;
    for (const auto& owner : pod->metadata.ownerReferences)
        if (owner.controller.value_or(false))
            info.ownerUid = owner.uid;
    if (pod->spec) {
        info.requests = heldBy(*pod);
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

void Snapshot::setNode(const api::core_v1::Node& node) {
    NodeInfo& info = nodes_[node.metadata.name];
    if (!info.present)
        ++present_;
    info.name = node.metadata.name;
    info.present = true;
    info.labels = node.metadata.labels;
    info.taints = node.spec ? node.spec->taints : std::vector<api::core_v1::Taint>{};
    info.unschedulable = node.spec && node.spec->unschedulable.value_or(false);
    const std::map<std::string, std::string> none;
    const auto& offered = node.status ? node.status->allocatable : none;
    info.allocatable = parseResources(offered);
    const auto pods = offered.find("pods");
    const auto amount = pods == offered.end() ? std::nullopt : api::Quantity::parse(pods->second);
    info.allowedPods = amount ? amount->value() : 0;
    countImages(info, -1);
    info.images.clear();
    if (node.status)
        for (const auto& image : node.status->images)
            for (const std::string& name : image.names)
                info.images[name] = image.sizeBytes.value_or(0);
    countImages(info, 1);
}

void Snapshot::removeNode(const std::string& name) {
    const auto found = nodes_.find(name);
    if (found == nodes_.end() || !found->second.present)
        return;
    countImages(found->second, -1);
    found->second.images.clear();
    found->second.present = false;
    --present_;
    forgetIfEmpty(name);
}

void Snapshot::setPod(const PodInfo& pod, const std::string& node) {
    if (const auto known = placed_.find(pod.key); known != placed_.end()) {
        PlacedPod& old = known->second;
        if (old.node == node && old.uid == pod.uid && old.requests == pod.requests && old.traits == pod.traits) {
            old.leaving = pod.leaving;
            old.startedAt = pod.startedAt;
            return;
        }
        removePod(pod.key);
    }
    putBack({pod.key, node, pod.uid, pod.ownerUid, pod.startedAt, pod.requests, pod.hostPorts, pod.priority,
             pod.leaving, pod.traits});
}

void Snapshot::putBack(PlacedPod pod) {
    std::string key = pod.key;
    const PlacedPod& placed = placed_.insert_or_assign(std::move(key), std::move(pod)).first->second;
    NodeInfo& info = nodes_[placed.node];
    info.name = placed.node;
    info.requested += placed.requests;
    info.placed.insert(&placed);
    info.usedPorts.insert(info.usedPorts.end(), placed.hostPorts.begin(), placed.hostPorts.end());
    if (!placed.ownerUid.empty())
        ++info.podsByOwner[placed.ownerUid];
    podsWithAffinity_ += hasPodRules(placed);
    for (const std::string& claim : placed.traits->claims)
        claimUsers_.emplace(placed.traits->ns + "/" + claim, placed.key);
}

std::optional<PlacedPod> Snapshot::takeAway(const std::string& key) {
    const auto known = placed_.find(key);
    if (known == placed_.end())
        return {};
    NodeInfo& info = nodes_[known->second.node];
    info.placed.erase(&known->second);
    PlacedPod pod = std::move(known->second);
    placed_.erase(known);
    info.requested -= pod.requests;
    for (const HostPort& port : pod.hostPorts)
        if (const auto taken = std::ranges::find(info.usedPorts, port); taken != info.usedPorts.end())
            info.usedPorts.erase(taken);
    if (const auto count = info.podsByOwner.find(pod.ownerUid); count != info.podsByOwner.end() && --count->second == 0)
        info.podsByOwner.erase(count);
    podsWithAffinity_ -= hasPodRules(pod);
    for (const std::string& claim : pod.traits->claims) {
        const auto [first, last] = claimUsers_.equal_range(pod.traits->ns + "/" + claim);
        const auto mine = std::find_if(first, last, [&](const auto& entry) { return entry.second == key; });
        if (mine != last)
            claimUsers_.erase(mine);
    }
    forgetIfEmpty(pod.node);
    return pod;
}

void Snapshot::nominate(const PodInfo& pod, const std::string& node) {
    nominees_.insert_or_assign(pod.key, Nominee{node, pod});
}

void Snapshot::withdraw(const std::string& key) {
    nominees_.erase(key);
}

int Snapshot::nodesWithImage(const std::string& image) const {
    const auto found = imageNodes_.find(image);
    return found == imageNodes_.end() ? 0 : found->second;
}

std::vector<std::string> Snapshot::usersOfClaim(const std::string& claim) const {
    std::vector<std::string> users;
    const auto [first, last] = claimUsers_.equal_range(claim);
    for (auto user = first; user != last; ++user)
        users.push_back(user->second);
    return users;
}

void Snapshot::countImages(const NodeInfo& node, int by) {
    for (const auto& [name, size] : node.images)
        if ((imageNodes_[name] += by) == 0)
            imageNodes_.erase(name);
}

void Snapshot::forgetIfEmpty(const std::string& node) {
    if (const auto found = nodes_.find(node);
        found != nodes_.end() && !found->second.present && found->second.placed.empty())
        nodes_.erase(found);
}

} // namespace slipway::scheduler
