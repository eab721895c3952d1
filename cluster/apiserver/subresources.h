#pragma once

#include "cluster/apiserver/authentication.h"
#include "cluster/apiserver/resource_requests.h"

namespace slipway::apiserver {

class NodeConnections;

/// scale, binding, eviction, token, finalize, log, exec, attach and the others. 404 for what is not served.
Answer handleSubresource(const ResourceRequest& r, const Authentication& authentication, NodeConnections& nodes);

/// Kinds that are only ever created and answered, never stored: access and token reviews, bindings.
bool isReview(const api::Resource& resource);

} // namespace slipway::apiserver
