#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Moves a deployment's pods to its template through replica sets: rolling update, recreate, pause, revisions.
std::unique_ptr<Reconciler> makeDeploymentController(const Context& context);

} // namespace slipway::controllers
