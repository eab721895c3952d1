#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Keeps a pod of each daemon set on every node that suits it.
std::unique_ptr<Reconciler> makeDaemonSetController(const Context& context);

} // namespace slipway::controllers
