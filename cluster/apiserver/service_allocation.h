#pragma once

#include "cluster/api/json.h"
#include "cluster/api/status.h"
#include "cluster/apiserver/admission.h"

#include <optional>

namespace slipway::apiserver {

/// Gives a service what it asks for or lacks: cluster IP, IP family, node ports; takes back what its type no longer
/// has. @p before is null for a new service. The caller lets one service through at a time.
/// Errors: 422 with Kubernetes' words for an address or port that is taken or outside its range.
std::optional<api::Status> allocateServiceAddresses(const ResourceCache& services, const Ipv4Network& network,
                                                    const api::JsonObject* before, api::JsonObject& service);

} // namespace slipway::apiserver
