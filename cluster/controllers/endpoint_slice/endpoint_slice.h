#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Keeps the EndpointSlices of every service with a selector.
std::unique_ptr<Reconciler> makeEndpointSliceController(const Context& context);

} // namespace slipway::controllers
