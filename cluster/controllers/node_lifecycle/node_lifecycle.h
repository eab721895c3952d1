#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Watches the nodes' leases: marks silent nodes as unknown and their pods as not ready, and taints nodes by their
/// conditions. Nodes of a zone are emptied one after another, and none while every node seems to be gone.
std::unique_ptr<Reconciler> makeNodeLifecycleController(const Context& context);

} // namespace slipway::controllers
