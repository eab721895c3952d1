#pragma once

#include "cluster/api/cel/cel.h"
#include "cluster/apiserver/admission/cluster_state.h"
#include "cluster/apiserver/admission/request.h"

namespace slipway::apiserver::admission {

/// What expressions about a request may name: object, oldObject, request, namespaceObject.
api::cel::Expression::Variables variablesOf(const Request& request, const ClusterState& cluster);

/// Evaluates the conditions of a webhook or policy (matchConditions): all true, one false, or an error when some cannot
/// be evaluated and none is false.
std::expected<bool, std::string> conditionsHold(const api::JsonObject& spec,
                                                const api::cel::Expression::Variables& variables);

/// An expression's value. The error says why it has none.
std::expected<api::Json, std::string> valueOf(std::string_view expression,
                                              const api::cel::Expression::Variables& variables);

} // namespace slipway::apiserver::admission
