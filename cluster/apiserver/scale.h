#pragma once

#include "cluster/apiserver/resource_requests.h"

namespace slipway::apiserver {

/// Answers the scale subresource of workloads and of custom resources that say where their replicas are.
Answer handleScale(const ResourceRequest& r);

} // namespace slipway::apiserver
