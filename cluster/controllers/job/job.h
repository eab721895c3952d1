#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Runs jobs to completion.
std::unique_ptr<Reconciler> makeJobController(const Context& context);

} // namespace slipway::controllers
