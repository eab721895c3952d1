#pragma once

#include "cluster/api/types/core_v1.h"

namespace slipway::controllers {

/// Whether a taint is tolerated by one of the tolerations.
bool tolerated(const std::vector<api::core_v1::Toleration>& tolerations, const api::core_v1::Taint& taint);

/// Whether a pod of that spec may be on the node by its node name, node selector and required node affinity.
bool suitsNode(const api::core_v1::PodSpec& spec, const api::core_v1::Node& node);

} // namespace slipway::controllers
