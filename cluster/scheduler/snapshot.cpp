#include "cluster/scheduler/snapshot.h"

#include "cluster/api/quantity.h"
#include "cluster/client/informer.h"

#include <algorithm>

namespace slipway::scheduler {

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
    info.pod = std::move(pod);
    return info;
}

void Snapshot::setNode(const api::core_v1::Node& node) {
    NodeInfo& info = nodes_[node.metadata.name];
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
}

void Snapshot::removeNode(const std::string& name) {
    const auto found = nodes_.find(name);
    if (found == nodes_.end())
        return;
    found->second.present = false;
    forgetIfEmpty(name);
}

void Snapshot::setPod(const PodInfo& pod, const std::string& node) {
    if (const auto known = placed_.find(pod.key); known != placed_.end()) {
        const Placed& old = known->second;
        if (old.node == node && old.uid == pod.uid && old.requests == pod.requests)
            return;
        removePod(pod.key);
    }
    NodeInfo& info = nodes_[node];
    info.name = node;
    info.requested += pod.requests;
    ++info.pods;
    info.usedPorts.insert(info.usedPorts.end(), pod.hostPorts.begin(), pod.hostPorts.end());
    if (!pod.ownerUid.empty())
        ++info.podsByOwner[pod.ownerUid];
    placed_[pod.key] = {node, pod.uid, pod.ownerUid, pod.requests, pod.hostPorts};
}

bool Snapshot::removePod(const std::string& key) {
    const auto known = placed_.find(key);
    if (known == placed_.end())
        return false;
    const Placed pod = std::move(known->second);
    placed_.erase(known);
    NodeInfo& info = nodes_[pod.node];
    info.requested -= pod.requests;
    --info.pods;
    for (const HostPort& port : pod.hostPorts)
        if (const auto taken = std::ranges::find(info.usedPorts, port); taken != info.usedPorts.end())
            info.usedPorts.erase(taken);
    if (const auto count = info.podsByOwner.find(pod.ownerUid); count != info.podsByOwner.end() && --count->second == 0)
        info.podsByOwner.erase(count);
    forgetIfEmpty(pod.node);
    return true;
}

int Snapshot::nodeCount() const {
    return int(std::ranges::count_if(nodes_, [](const auto& entry) { return entry.second.present; }));
}

void Snapshot::forgetIfEmpty(const std::string& node) {
    if (const auto found = nodes_.find(node);
        found != nodes_.end() && !found->second.present && found->second.pods == 0)
        nodes_.erase(found);
}

} // namespace slipway::scheduler
