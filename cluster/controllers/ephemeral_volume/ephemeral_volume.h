#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Makes the claims of pods' generic ephemeral volumes (KEP-1698); they go with the pod that owns them.
std::unique_ptr<Reconciler> makeEphemeralVolumeController(const Context& context);

} // namespace slipway::controllers
