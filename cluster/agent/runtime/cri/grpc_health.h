#pragma once

#include "cluster/agent/runtime/runtime.h"

namespace slipway::agent {

/// Asks a server for its health (grpc.health.v1.Health/Check) without verifying who it is. @p done gets an empty text
/// when @p service is serving, else why not, worded as Kubernetes words a failed probe. It is called once, from a
/// thread of gRPC's.
OperationPtr beginGrpcHealth(const std::string& host, int port, const std::string& service,
                             std::chrono::seconds timeout, std::function<void(std::string)> done);

} // namespace slipway::agent
