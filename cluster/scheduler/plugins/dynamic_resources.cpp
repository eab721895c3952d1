#include "cluster/scheduler/plugins/dynamic_resources.h"

#include "cluster/scheduler/plugins/device_allocation.h"
#include "cluster/scheduler/plugins/plugins.h"

#include <algorithm>
#include <format>

namespace slipway::scheduler::plugins {
namespace {

using api::core_v1::Pod;

/// The name of the claim that an entry of the pod means; empty: it is not made yet. Nothing when there is to be none.
std::optional<std::string> claimNameOf(const Pod& pod, const api::core_v1::PodResourceClaim& entry) {
    if (!entry.resourceClaimName.empty())
        return entry.resourceClaimName;
    if (pod.status)
        for (const auto& made : pod.status->resourceClaimStatuses)
            if (made.name == entry.name)
                return made.resourceClaimName.empty() ? std::nullopt : std::optional(made.resourceClaimName);
    return std::string();
}

} // namespace

DeviceState::DeviceState(const PodInfo& pod, const Snapshot& snapshot) : devices_(snapshot.devices()) {
    if (!pod.pod || !pod.pod->spec) // placed ones are not kept whole
        return;
    for (const auto& entry : pod.pod->spec->resourceClaims) {
        const auto name = claimNameOf(*pod.pod, entry);
        if (!name)
            continue;
        if (name->empty()) {
            refusal_ = std::format("pod \"{}\", claim \"{}\": resource claim not created yet", pod.key, entry.name);
            return;
        }
        Wanted wanted{pod.pod->metadata.namespace_ + "/" + *name, nullptr};
        const auto found = devices_.claims.find(wanted.key);
        if (found == devices_.claims.end() || !found->second->metadata.deletionTimestamp.empty()) {
            refusal_ = std::format("resourceclaim \"{}\" {}", *name,
                                   found == devices_.claims.end() ? "not found" : "is being deleted");
            return;
        }
        wanted.claim = found->second;
        if (found->second->status)
            wanted.reserved = std::ranges::any_of(found->second->status->reservedFor,
                                                  [&](const auto& consumer) { return consumer.uid == pod.uid; });
        wanted_.push_back(std::move(wanted));
    }
}

std::optional<DeviceState::Allocations> DeviceState::allocate(const NodeInfo& node) const {
    std::vector<std::string> open;
    for (const Wanted& wanted : wanted_)
        if (devices_.allocationOf(wanted.key) == nullptr)
            open.push_back(wanted.key);
    return open.empty() ? Allocations() : allocateDevices(devices_, open, node);
}

void DeviceState::filter(const NodeInfo& node, Reasons& reasons) const {
    for (const Wanted& wanted : wanted_)
        if (const auto* has = devices_.allocationOf(wanted.key);
            has != nullptr && has->nodeSelector && !meetsSelector(*has->nodeSelector, node)) {
            reasons.emplace_back("resourceclaim not available on the node");
            return;
        }
    if (!allocate(node))
        reasons.emplace_back("cannot allocate all claims");
}

std::vector<DeviceChoice> DeviceState::choices(const NodeInfo& node) const {
    std::vector<DeviceChoice> result;
    auto given = wanted_.empty() ? std::nullopt : allocate(node);
    if (!given)
        return result;
    for (const Wanted& wanted : wanted_) {
        DeviceChoice choice{wanted.key, wanted.claim->metadata.uid, {}};
        if (const auto mine = given->find(wanted.key); mine != given->end())
            choice.allocation = std::move(mine->second);
        if (choice.allocation || !wanted.reserved)
            result.push_back(std::move(choice));
    }
    return result;
}

} // namespace slipway::scheduler::plugins
