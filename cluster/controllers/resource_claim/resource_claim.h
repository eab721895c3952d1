#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Makes the claims that pods want from ResourceClaimTemplates, and frees claims whose pods are done (KEP-4381).
std::unique_ptr<Reconciler> makeResourceClaimController(const Context& context);

} // namespace slipway::controllers
