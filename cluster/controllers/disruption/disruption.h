#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Tells in the status of every PodDisruptionBudget how many of its pods may be evicted now.
std::unique_ptr<Reconciler> makeDisruptionController(const Context& context);

/// Takes the condition DisruptionTarget back from pods that were to be deleted and are still there after two minutes.
std::unique_ptr<Reconciler> makeStaleDisruptionController(const Context& context);

} // namespace slipway::controllers
