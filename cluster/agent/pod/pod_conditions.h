#pragma once

#include "cluster/agent/pod/pod_state.h"

namespace slipway::agent {

/// Adds the node's conditions to a status whose phase and containers are known. Transition times come from @p before
/// where nothing changed, and so do the conditions of others.
void setConditions(core::PodStatus& status, const PodView& view, const std::optional<core::PodStatus>& before);

/// Whether the node writes pod conditions of that type; all others belong to somebody else.
bool isNodesCondition(std::string_view type);

} // namespace slipway::agent
