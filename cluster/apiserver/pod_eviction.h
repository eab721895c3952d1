#pragma once

#include "cluster/apiserver/resource_requests.h"

namespace slipway::apiserver {

/// Deletes a pod unless its disruption budget forbids it: POST of an Eviction (policy/v1) to pods/NAME/eviction.
/// A budget that is used up answers 429 with the cause DisruptionBudget.
Answer evictPod(const ResourceRequest& r);

} // namespace slipway::apiserver
