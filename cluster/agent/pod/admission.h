#pragma once

#include "cluster/agent/pod/pod_resources.h"
#include "cluster/agent/runtime/runtime.h"

#include <memory>

namespace slipway::agent {

/// Why a pod that was bound to the node does not run on it: for its status and event.
struct Rejection {
    std::string reason, message;
    bool operator==(const Rejection&) const = default;
};

/// What admission looks at of the node.
struct NodeView {
    std::string name;
    StringMap labels;
    std::vector<core::Taint> taints;
    bool known = false; ///< labels and taints are those of the API
    Amounts allocatable;
    bool memoryPressure = false, diskPressure = false, pidPressure = false, shuttingDown = false;
    std::vector<std::string> allowedSysctls; ///< unsafe ones that the node's owner allows; "net.*" allows all below
};

using PodList = std::vector<std::shared_ptr<const core::Pod>>;

/// Whether the node takes a pod beside the pods it has: the scheduler may have decided on what has changed since, and a
/// pod may name its node itself. Plain; reasons and words are Kubernetes' own.
std::optional<Rejection> admit(const core::Pod& pod, const PodList& others, const NodeView& node);

/// The part of admit() that asks for room: the first resource that is short.
std::optional<Rejection> lacksRoom(const core::Pod& pod, const PodList& others, const Amounts& allocatable);

/// Whether a pod tolerates a taint (the API's rules for operators and empty keys).
bool tolerates(const core::PodSpec& spec, const core::Taint& taint);

} // namespace slipway::agent
