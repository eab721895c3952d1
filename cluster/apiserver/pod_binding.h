#pragma once

#include "cluster/apiserver/resource_requests.h"

namespace slipway::apiserver {

/// Gives a pod its node, once, as the scheduler decided: POST of a Binding to pods/NAME/binding or to bindings.
/// @p podName: from the path, or empty: the binding's own name.
Answer bindPod(const ResourceRequest& r, std::string_view podName);

} // namespace slipway::apiserver
