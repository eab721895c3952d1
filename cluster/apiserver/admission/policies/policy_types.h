#pragma once

#include "cluster/apiserver/admission/cluster_state.h"
#include "cluster/apiserver/admission/request.h"

namespace slipway::apiserver::admission {

/// What the expressions of a ValidatingAdmissionPolicy are found to be, by the types of what it judges, is written into
/// its status. Never refuses.
Refusal policyTypes(Request& request, const ClusterState& cluster);

} // namespace slipway::apiserver::admission
