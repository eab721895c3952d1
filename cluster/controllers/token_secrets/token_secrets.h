#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Fills Secrets of type kubernetes.io/service-account-token with a token of the service account they name, and deletes
/// those whose service account is gone.
std::unique_ptr<Reconciler> makeTokenSecretController(const Context& context);

} // namespace slipway::controllers
