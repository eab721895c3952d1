#pragma once

#include "cluster/agent/pod/pod_state.h"

namespace slipway::agent {

/// The status of a pod as the API shows it. @p before is the last known status: transition times are kept from it
/// where nothing changed, and a final phase stays final.
core::PodStatus podStatus(const PodView& view, const std::optional<core::PodStatus>& before);

/// Whether the node writes pod conditions of that type; all others belong to somebody else.
bool isNodesCondition(std::string_view type);

} // namespace slipway::agent
