#pragma once

#include "cluster/controllers/endpoint_slice/slice_plan.h"
#include "cluster/controllers/runtime/reconciler.h"

#include "cluster/api/types/core_v1.h"

#include <memory>

namespace slipway::controllers {

/// The endpoints of an Endpoints object in the form of slices.
std::vector<EndpointGroup> mirroredGroups(const api::core_v1::Endpoints& endpoints);

/// Copies Endpoints that somebody wrote by hand, for services without a selector, into EndpointSlices (KEP-752).
std::unique_ptr<Reconciler> makeEndpointSliceMirroringController(const Context& context);

} // namespace slipway::controllers
