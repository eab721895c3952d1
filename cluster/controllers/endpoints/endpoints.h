#pragma once

#include "cluster/controllers/endpoint_slice/service_endpoints.h"
#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// The Endpoints object a service should have, given the pods it selects: at most 1000 addresses.
api::core_v1::Endpoints wantedEndpoints(const api::core_v1::Service& service, const std::vector<PodPtr>& pods);

/// Keeps the Endpoints of every service with a selector: the older form of endpoint slices.
std::unique_ptr<Reconciler> makeEndpointsController(const Context& context);

} // namespace slipway::controllers
