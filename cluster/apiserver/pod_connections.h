#pragma once

#include "cluster/apiserver/resource_requests.h"

namespace slipway::apiserver {

class NodeConnections;

/// log, exec, attach and portforward of a pod, and the proxies of pods, services and nodes: what is to be forwarded
/// where, or why not.
Answer handleConnection(const ResourceRequest& r, NodeConnections& nodes);

} // namespace slipway::apiserver
