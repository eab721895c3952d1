#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Binds claims to volumes, has volumes made for claims of a class, and follows what becomes of both: phases, lost
/// partners, reclaim policies.
std::unique_ptr<Reconciler> makePersistentVolumeBinder(const Context& context);

} // namespace slipway::controllers
