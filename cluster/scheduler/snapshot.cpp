#include "cluster/scheduler/snapshot.h"

#include "cluster/api/quantity.h"

#include <algorithm>
#include <format>

namespace slipway::scheduler {
namespace {

constexpr std::int64_t smallMilliCpu = 100, smallMemory = 200LL * 1024 * 1024;
const std::string zoneLabel = "topology.kubernetes.io/zone";

bool avoids(const NodeInfo& node) {
    return std::ranges::any_of(node.taints, [](const auto& taint) { return taint.effect == "PreferNoSchedule"; });
}

} // namespace

std::int64_t assumedMilliCpu(const Resources& requests) {
    return requests.milliCpu > 0 ? requests.milliCpu : smallMilliCpu;
}

std::int64_t assumedMemory(const Resources& requests) {
    return requests.memory > 0 ? requests.memory : smallMemory;
}

void NodeLoad::add(const Resources& requests, const std::vector<HostPort>& ports) {
    requested += requests;
    ++pods;
    assumedMilliCpu += scheduler::assumedMilliCpu(requests);
    assumedMemory += scheduler::assumedMemory(requests);
    usedPorts.insert(usedPorts.end(), ports.begin(), ports.end());
}

void NodeLoad::remove(const Resources& requests, const std::vector<HostPort>& ports) {
    requested -= requests;
    --pods;
    assumedMilliCpu -= scheduler::assumedMilliCpu(requests);
    assumedMemory -= scheduler::assumedMemory(requests);
    for (const HostPort& port : ports)
        if (const auto taken = std::ranges::find(usedPorts, port); taken != usedPorts.end())
            usedPorts.erase(taken);
}

void Snapshot::setNode(const api::core_v1::Node& node) {
    NodeInfo& info = nodes_[node.metadata.name];
    info.name = node.metadata.name;
    info.nominated = nomineesOf_.contains(info.name);
    if (!info.present || info.labels != node.metadata.labels)
        relabel(info, node.metadata.labels, true);
    avoided_ -= avoids(info);
    info.taints = node.spec ? node.spec->taints : std::vector<api::core_v1::Taint>{};
    avoided_ += avoids(info);
    info.taintReasons.clear();
    for (const auto& taint : info.taints)
        info.taintReasons.push_back(std::format("node(s) had untolerated taint {{{}: {}}}", taint.key, taint.value));
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
    ++version_;
}

void Snapshot::removeNode(const std::string& name) {
    const auto found = nodes_.find(name);
    if (found == nodes_.end() || !found->second.present)
        return;
    countImages(found->second, -1);
    found->second.images.clear();
    avoided_ -= avoids(found->second);
    found->second.taints.clear();
    found->second.taintReasons.clear();
    relabel(found->second, {}, false);
    ++version_;
    forgetIfEmpty(name);
}

/// Moves the node and its pods to other domains.
void Snapshot::relabel(NodeInfo& node, const std::map<std::string, std::string>& labels, bool present) {
    groups_.unsettle(node);
    if (node.present)
        countDomains(node, -1);
    present_ += int(present) - int(node.present);
    node.present = present;
    node.labels = labels;
    if (present)
        countDomains(node, 1);
    groups_.settle(node);
    ordered_ = false;
}

void Snapshot::countDomains(const NodeInfo& node, int by) {
    for (auto& [key, counts] : domains_)
        if (const std::string* value = node.label(key))
            if ((counts[*value] += by) == 0)
                counts.erase(*value);
}

const plugins::DomainCounts& Snapshot::domains(const std::string& topologyKey) const {
    const auto known = domains_.find(topologyKey);
    if (known != domains_.end())
        return known->second;
    plugins::DomainCounts& counts = domains_[topologyKey];
    for (const NodeInfo* node : candidates())
        if (const std::string* value = node->label(topologyKey))
            ++counts[*value];
    return counts;
}

const std::vector<const NodeInfo*>& Snapshot::candidates() const {
    if (ordered_)
        return candidates_;
    candidates_.clear();
    rounds_.clear();
    std::map<std::string, std::vector<const NodeInfo*>> zones;
    for (const auto& [name, node] : nodes_)
        if (node.present) {
            const std::string* zone = node.label(zoneLabel);
            candidates_.push_back(&node);
            zones[zone == nullptr ? "" : *zone].push_back(&node);
        }
    for (std::size_t turn = 0; rounds_.size() < candidates_.size(); ++turn)
        for (const auto& [zone, nodes] : zones)
            if (turn < nodes.size())
                rounds_.push_back(nodes[turn]);
    ordered_ = true;
    return candidates_;
}

const std::vector<const NodeInfo*>& Snapshot::rounds() const {
    candidates();
    return rounds_;
}

const NodeInfo* Snapshot::find(const std::string& name) const {
    const auto found = nodes_.find(name);
    return found == nodes_.end() || !found->second.present ? nullptr : &found->second;
}

const PlacedPod* Snapshot::findPod(const std::string& key) const {
    const auto found = placed_.find(key);
    return found == placed_.end() ? nullptr : &found->second;
}

void Snapshot::setPod(const PodInfo& pod, const std::string& node) {
    if (const auto known = placed_.find(pod.key); known != placed_.end()) {
        PlacedPod& old = known->second;
        if (old.node == node && old.uid == pod.uid && old.requests == pod.requests && old.traits == pod.traits &&
            old.leaving == pod.leaving) {
            old.startedAt = pod.startedAt;
            return;
        }
        removePod(pod.key);
    }
    putBack({pod.key, node, pod.uid, pod.ownerUid, pod.startedAt, pod.requests, pod.hostPorts, pod.priority,
             pod.leaving, pod.traits, nullptr});
}

bool Snapshot::removePod(const std::string& key) {
    const auto gone = takeAway(key);
    if (!gone)
        return false;
    groups_.forgetIfEmpty(gone->traits, gone->leaving);
    forgetIfEmpty(gone->node);
    return true;
}

void Snapshot::putBack(PlacedPod pod) {
    std::string key = pod.key;
    PlacedPod& placed = placed_.insert_or_assign(std::move(key), std::move(pod)).first->second;
    NodeInfo& info = nodes_[placed.node];
    info.name = placed.node;
    info.load.add(placed.requests, placed.hostPorts);
    info.placed.insert(&placed);
    if (!placed.ownerUid.empty())
        ++info.podsByOwner[placed.ownerUid];
    placed.group = &groups_.add(placed.traits, placed.leaving, info);
    for (const std::string& claim : placed.traits->claims)
        claimUsers_.emplace(placed.traits->ns + "/" + claim, placed.key);
    ++version_;
}

std::optional<PlacedPod> Snapshot::takeAway(const std::string& key) {
    const auto known = placed_.find(key);
    if (known == placed_.end())
        return {};
    NodeInfo& info = nodes_[known->second.node];
    info.placed.erase(&known->second);
    PlacedPod pod = std::move(known->second);
    placed_.erase(known);
    info.load.remove(pod.requests, pod.hostPorts);
    groups_.remove(*pod.group, info);
    pod.group = nullptr;
    if (const auto count = info.podsByOwner.find(pod.ownerUid); count != info.podsByOwner.end() && --count->second == 0)
        info.podsByOwner.erase(count);
    for (const std::string& claim : pod.traits->claims) {
        const auto [first, last] = claimUsers_.equal_range(pod.traits->ns + "/" + claim);
        const auto mine = std::find_if(first, last, [&](const auto& entry) { return entry.second == key; });
        if (mine != last)
            claimUsers_.erase(mine);
    }
    ++version_;
    return pod;
}

void Snapshot::nominate(const PodInfo& pod, const std::string& node) {
    withdraw(pod.key);
    nominees_.insert_or_assign(pod.key, Nominee{node, pod});
    nomineesOf_[node].insert(pod.key);
    if (const auto found = nodes_.find(node); found != nodes_.end())
        found->second.nominated = true;
}

void Snapshot::withdraw(const std::string& key) {
    const auto found = nominees_.find(key);
    if (found == nominees_.end())
        return;
    const auto keys = nomineesOf_.find(found->second.node);
    keys->second.erase(key);
    if (keys->second.empty()) {
        if (const auto node = nodes_.find(keys->first); node != nodes_.end())
            node->second.nominated = false;
        nomineesOf_.erase(keys);
    }
    nominees_.erase(found);
}

std::optional<NodeLoad> Snapshot::expectedOn(const NodeInfo& node, const PodInfo& pod) const {
    std::optional<NodeLoad> expected;
    const auto keys = nomineesOf_.find(node.name);
    if (keys == nomineesOf_.end())
        return expected;
    for (const std::string& key : keys->second) {
        const PodInfo& nominee = nominees_.at(key).pod;
        if (key == pod.key || nominee.priority < pod.priority || holdsPod(key))
            continue;
        if (!expected)
            expected.emplace();
        expected->add(nominee.requests, nominee.hostPorts);
    }
    return expected;
}

void Snapshot::setNamespace(const std::string& name, std::map<std::string, std::string> labels) {
    const auto [known, fresh] = namespaces_.try_emplace(name);
    if (!fresh && known->second == labels)
        return;
    known->second = std::move(labels);
    ++namespacesVersion_;
}

void Snapshot::removeNamespace(const std::string& name) {
    if (namespaces_.erase(name) > 0)
        ++namespacesVersion_;
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
