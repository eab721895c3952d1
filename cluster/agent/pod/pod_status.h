#pragma once

#include "cluster/agent/pod/pod_state.h"

namespace slipway::agent {

/// The status of a pod as the API shows it. @p before is the last known status: transition times are kept from it
/// where nothing changed, and a final phase stays final.
core::PodStatus podStatus(const PodView& view, const std::optional<core::PodStatus>& before);

} // namespace slipway::agent
