#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Keeps claims that a pod uses from going (finalizer kubernetes.io/pvc-protection).
std::unique_ptr<Reconciler> makeClaimProtectionController(const Context& context);

/// Keeps volumes that are bound from going (finalizer kubernetes.io/pv-protection).
std::unique_ptr<Reconciler> makeVolumeProtectionController(const Context& context);

} // namespace slipway::controllers
