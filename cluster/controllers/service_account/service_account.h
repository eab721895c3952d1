#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Sees to it that every namespace has the service account "default".
std::unique_ptr<Reconciler> makeServiceAccountController(const Context& context);

} // namespace slipway::controllers
