#pragma once

#include "cluster/apiserver/admission/cluster_state.h"
#include "cluster/apiserver/admission/request.h"

namespace slipway::apiserver::admission {

/// Asks the mutating webhooks one after the other and applies their patches; those that want it are asked again when a
/// later one changed the object.
Refusal askMutatingWebhooks(Request& request, const ClusterState& cluster);
/// Asks the validating webhooks.
Refusal askValidatingWebhooks(Request& request, const ClusterState& cluster);

} // namespace slipway::apiserver::admission
