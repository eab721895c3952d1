#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Removes pods nobody will end: those of nodes that no longer exist, those deleted before they were bound, those on
/// nodes out of service, and the oldest finished ones when there are more than 12,500.
std::unique_ptr<Reconciler> makePodGarbageCollector(const Context& context);

} // namespace slipway::controllers
