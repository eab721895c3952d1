#pragma once

#include "cluster/api/cel/node.h"

#include <expected>
#include <string_view>

namespace slipway::api::cel {

/// The syntax tree of an expression, its macros made into comprehensions. Nesting is bounded.
std::expected<NodePointer, Problem> parseExpression(std::string_view text);

} // namespace slipway::api::cel
