#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Deletes finished jobs when their ttlSecondsAfterFinished are over.
std::unique_ptr<Reconciler> makeTtlAfterFinishedController(const Context& context);

} // namespace slipway::controllers
