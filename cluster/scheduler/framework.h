#pragma once

#include "cluster/scheduler/cycle.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::scheduler {

/// Why a node cannot take a pod.
struct NodeRefusal {
    std::string_view plugin;
    std::vector<std::string> reasons;
    bool helpedByPreemption = false; ///< it may go away when pods leave the node
};

/// Asks the filter plugins; nothing when the node can take the pod. Room that preemption made on the node for pods of
/// the same or a higher priority counts as taken.
std::optional<NodeRefusal> refusalOf(const Cycle& cycle, const NodeInfo& node);

} // namespace slipway::scheduler
