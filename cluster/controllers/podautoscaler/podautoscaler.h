#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Keeps the size of workloads at what their metrics ask for (HorizontalPodAutoscaler, autoscaling/v2).
std::unique_ptr<Reconciler> makeHorizontalPodAutoscaler(const Context& context);

} // namespace slipway::controllers
