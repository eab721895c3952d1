#pragma once

#include "cluster/api/cel/cel.h"
#include "cluster/apiserver/admission/cluster_state.h"
#include "cluster/apiserver/admission/request.h"

namespace slipway::apiserver::admission {

/// What expressions about a request may name: object, oldObject, request, namespaceObject, authorizer. The request and
/// the cluster must outlive them.
api::cel::Expression::Variables variablesOf(const Request& request, const ClusterState& cluster);

/// Evaluates the conditions of a webhook or policy (matchConditions): all true, one false, or an error when some cannot
/// be evaluated and none is false.
std::expected<bool, std::string> conditionsHold(const api::JsonObject& spec,
                                                const api::cel::Expression::Variables& variables);

/// An expression's value within a budget. The error says why it has none. Read expressions are kept, up to a number.
std::expected<api::cel::Value, std::string>
valueOf(std::string_view expression, const api::cel::Expression::Variables& variables, api::cel::Budget& budget);

} // namespace slipway::apiserver::admission
