#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Keeps pods with names and volumes of their own, in order.
std::unique_ptr<Reconciler> makeStatefulSetController(const Context& context);

} // namespace slipway::controllers
