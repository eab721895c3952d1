#pragma once

#include "cluster/api/json.h"
#include "cluster/api/status.h"
#include "cluster/apiserver/admission/cluster_state.h"
#include "cluster/apiserver/ipv4_network.h"

#include <optional>

namespace slipway::apiserver {

/// Gives a service what it asks for or lacks: cluster IP, IP family, node ports; takes back what its type no longer
/// has. @p before is null for a new service. The caller lets one service through at a time. Addresses come from
/// @p network; a fixed one may also lie in a network of another ServiceCIDR.
/// Errors: 422 with Kubernetes' words for an address or port that is taken or outside its range.
std::optional<api::Status> allocateServiceAddresses(const admission::ClusterState& cluster, const Ipv4Network& network,
                                                    const api::JsonObject* before, api::JsonObject& service);

/// Takes from a changed service what its new type does not have and what was not changed itself (node ports of a
/// service that is no longer NodePort, addresses of one that became ExternalName), and fills in what the old one was
/// given.
void carryOverService(const api::JsonObject& before, api::JsonObject& after);

} // namespace slipway::apiserver
