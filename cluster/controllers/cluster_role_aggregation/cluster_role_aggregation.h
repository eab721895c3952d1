#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Gives cluster roles with an aggregation rule the rules of the cluster roles it selects.
std::unique_ptr<Reconciler> makeClusterRoleAggregationController(const Context& context);

} // namespace slipway::controllers
