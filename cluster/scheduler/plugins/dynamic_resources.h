#pragma once

#include "cluster/scheduler/reasons.h"
#include "cluster/scheduler/snapshot.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::scheduler::plugins {

/// What has to be written of a claim for devices before a pod that uses it may be bound.
struct DeviceChoice {
    std::string claim, uid; ///< "namespace/name"
    /// The devices it gets; nothing: it has been given some before, and is to be reserved only.
    std::optional<api::resource_v1::AllocationResult> allocation;
};

/// The pod's claims for devices (kube-scheduler's DynamicResources): those with devices must be usable on the node, for
/// the others there must be devices free that can be used there.
class DeviceState {
public:
    DeviceState(const PodInfo& pod, const Snapshot& snapshot);

    bool concerns() const { return !wanted_.empty(); }
    /// Why no node at all can take the pod; empty: some might.
    const std::string& refusal() const { return refusal_; }
    void filter(const NodeInfo& node, Reasons& reasons) const;
    /// What is to be written when the pod goes to that node, which filter() accepted.
    std::vector<DeviceChoice> choices(const NodeInfo& node) const;

private:
    struct Wanted {
        std::string key;
        Devices::Claim claim;
        bool reserved = false; ///< for this pod already
    };
    using Allocations = std::map<std::string, api::resource_v1::AllocationResult>;
    std::optional<Allocations> allocate(const NodeInfo& node) const;

    const Devices& devices_;
    std::string refusal_;
    std::vector<Wanted> wanted_;
};

} // namespace slipway::scheduler::plugins
