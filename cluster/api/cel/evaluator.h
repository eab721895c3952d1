#pragma once

#include "cluster/api/cel/cel.h"
#include "cluster/api/cel/functions.h"
#include "cluster/api/cel/node.h"

namespace slipway::api::cel {

/// The value of a node and all below it. Errors: CEL's, or that the budget is used up.
ValueResult evaluateNode(const Node& root, const Expression::Variables& variables, Budget& budget);

} // namespace slipway::api::cel
