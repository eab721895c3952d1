#pragma once

#include "cluster/apiserver/admission/cluster_state.h"
#include "cluster/apiserver/admission/request.h"

#include <expected>
#include <string>
#include <vector>

namespace slipway::apiserver::admission {

/// The objects a binding gives its policy as params: null alone where the policy or the binding asks for none. Errors:
/// the binding cannot be used so, or there are no such objects and that refuses the request.
std::expected<std::vector<api::Json>, std::string> parametersOf(const api::JsonObject& policy,
                                                                const api::JsonObject& binding, const Request& request,
                                                                const ClusterState& cluster);

} // namespace slipway::apiserver::admission
