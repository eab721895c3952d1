#pragma once

#include "cluster/api/types/core_v1.h"
#include "cluster/controllers/endpoint_slice/slice_plan.h"
#include "cluster/controllers/workload/pod_state.h"

#include <functional>

/// What a service and its pods mean for EndpointSlices and for the older Endpoints. Pure functions.
namespace slipway::controllers {

using PodPtr = std::shared_ptr<const api::core_v1::Pod>;
/// The zone of a node; empty when it has none.
using ZoneOf = std::function<std::string(const std::string& node)>;

/// Whether the service has a selector that the pod meets.
bool isSelected(const api::core_v1::Service& service, const api::core_v1::Pod& pod);

/// The ports a service has in one pod, names resolved.
std::vector<api::discovery_v1::EndpointPort> portsIn(const api::core_v1::Service& service,
                                                     const api::core_v1::Pod& pod);

/// Whether a pod can answer for a service at all: it has an address and has not ended.
bool hasAddress(const api::core_v1::Pod& pod);

/// The pod's hostname when the service gives it one in DNS.
std::string hostnameIn(const api::core_v1::Service& service, const api::core_v1::Pod& pod);

/// The endpoints of a service, grouped by address type and ports; with hints where its traffic is to stay near
/// (spec.trafficDistribution, KEP-4444, KEP-3015).
std::vector<EndpointGroup> endpointGroups(const api::core_v1::Service& service, const std::vector<PodPtr>& pods,
                                          const ZoneOf& zoneOf);

/// The labels, owner, name prefix and address type of the service's slices.
api::discovery_v1::EndpointSlice sliceOf(const api::core_v1::Service& service);

} // namespace slipway::controllers
