#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Tells of claims that ask for more than their volume has: nothing here can make a volume larger, so that the
/// resizer of its driver is waited for (KEP-284).
std::unique_ptr<Reconciler> makeVolumeExpandController(const Context& context);

} // namespace slipway::controllers
