#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Keeps status.used of every resource quota at what the namespace's objects really take: admission only adds, and an
/// object that is deleted or ends gives back what it took.
std::unique_ptr<Reconciler> makeResourceQuotaController(const Context& context);

} // namespace slipway::controllers
