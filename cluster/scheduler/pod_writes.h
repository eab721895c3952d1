#pragma once

#include "cluster/client/client.h"
#include "cluster/client/event_recorder.h"
#include "cluster/scheduler/plugins/dynamic_resources.h"
#include "cluster/scheduler/plugins/volume_binding.h"
#include "cluster/scheduler/snapshot.h"

#include <memory>
#include <string>
#include <vector>

namespace slipway::scheduler {

/// What the scheduler writes to the server about pods. Thread-safe; calls block until the server answered.
class PodWrites {
public:
    explicit PodWrites(std::shared_ptr<const client::Client> client) : client_(std::move(client)) {}

    /// Gives the pod its node.
    client::Result<void> bind(const api::core_v1::Pod& pod, const std::string& node) const;

    /// Tells the pod's status why it waits, and which node is being cleared for it (empty: none is). Nothing is written
    /// when the status says so already.
    void setUnschedulable(const api::core_v1::Pod& pod, const std::string& message,
                          const std::string& nominatedNode) const;

    /// Makes a victim of preemption go, saying why in its status.
    client::Result<void> evict(const PlacedPod& victim, const std::string& schedulerName) const;

    /// Tells a claim its node, or a volume its claim, so that the volume controller can bind them.
    client::Result<void> settle(const plugins::VolumeChoice& choice, const std::string& node) const;

    /// Writes into a claim for devices which ones it gets, unless it has some, and that the pod uses it.
    client::Result<void> reserve(const plugins::DeviceChoice& choice, const api::core_v1::Pod& pod) const;

private:
    const std::shared_ptr<const client::Client> client_;
};

} // namespace slipway::scheduler
