#pragma once

#include "cluster/api/cel/cel.h"
#include "cluster/api/cel/node.h"

#include <cstdint>
#include <vector>

namespace slipway::api::cel {

/// Finds the type of every node and the overloads its calls may mean. What is wrong, by place.
std::vector<Problem> check(Node& root, const Expression::Types& variables);

/// What evaluating a checked expression costs at most. Source: KEP-2876 and the cost model of the language's checker.
std::uint64_t estimateCost(const Node& root);

} // namespace slipway::api::cel
