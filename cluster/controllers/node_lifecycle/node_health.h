#pragma once

#include "cluster/api/types/core_v1.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

/// What the state of nodes means, as plain functions.
namespace slipway::controllers {

/// The taints a node should have of those this controller keeps: by its conditions, by spec.unschedulable, and, when
/// @p mayEvict, the NoExecute taint of a node that is not ready.
std::vector<api::core_v1::Taint> healthTaints(const api::core_v1::Node& node, const std::string& now, bool mayEvict);

/// The node's taints with those this controller keeps brought to @p wanted; one that stays keeps its time.
std::vector<api::core_v1::Taint> mergeTaints(const std::vector<api::core_v1::Taint>& present,
                                             const std::vector<api::core_v1::Taint>& wanted);

/// "True", "False" or "Unknown".
std::string readyStatus(const api::core_v1::Node& node);

/// Sets the conditions of a node that has gone silent to Unknown.
api::core_v1::NodeStatus silentStatus(api::core_v1::NodeStatus status, const std::string& now);

/// The region and zone of a node, as one word; nodes that tell neither are in one zone together.
std::string zoneOf(const api::core_v1::Node& node);

/// How a zone does, from how many of its nodes are ready.
enum class ZoneState { normal, partialDisruption, fullDisruption };
ZoneState zoneState(int ready, int notReady);

/// How long after one node of a zone another may be emptied; zero: none may. @p size is the number of the zone's nodes.
std::chrono::milliseconds evictionPause(ZoneState state, int size);

} // namespace slipway::controllers
