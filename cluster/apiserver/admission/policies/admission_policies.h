#pragma once

#include "cluster/apiserver/admission/cluster_state.h"
#include "cluster/apiserver/admission/request.h"

namespace slipway::apiserver::admission {

/// Judges a request by the ValidatingAdmissionPolicies that are bound (KEP-3488): denies, or warns.
Refusal askValidatingPolicies(Request& request, const ClusterState& cluster);

} // namespace slipway::apiserver::admission
