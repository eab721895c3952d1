#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Gives every node its part of the pods' network (spec.podCIDR).
std::unique_ptr<Reconciler> makeNodeIpamController(const Context& context);

} // namespace slipway::controllers
