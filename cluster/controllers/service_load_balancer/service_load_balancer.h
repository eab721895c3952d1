#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Gives services of type LoadBalancer their addresses: from a pool where one is set, otherwise those of the nodes. The
/// nodes' service rules answer on them.
std::unique_ptr<Reconciler> makeServiceLoadBalancerController(const Context& context);

} // namespace slipway::controllers
