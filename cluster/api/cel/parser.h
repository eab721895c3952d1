#pragma once

#include "cluster/api/cel/node.h"

#include <expected>
#include <string>
#include <string_view>

namespace slipway::api::cel {

/// The syntax tree of an expression. Nesting is bounded.
std::expected<NodePointer, std::string> parseExpression(std::string_view text);

} // namespace slipway::api::cel
