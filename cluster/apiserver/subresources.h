#pragma once

#include "cluster/apiserver/authentication.h"
#include "cluster/apiserver/resource_requests.h"

namespace slipway::apiserver {

class NodeConnections;

/// scale, binding, eviction, token, finalize, log, exec, attach and the others. 404 for what is not served.
Answer handleSubresource(const ResourceRequest& r, const Authentication& authentication, NodeConnections& nodes);

} // namespace slipway::apiserver
