#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Deletes objects whose owners are all gone, and carries out foreground and orphan deletion (the finalizers
/// "foregroundDeletion" and "orphan"), for every kind that is served.
std::unique_ptr<Reconciler> makeGarbageCollector(const Context& context);

} // namespace slipway::controllers
