#pragma once

#include "cluster/api/cel/node.h"

#include <expected>

namespace slipway::api::cel {

/// What a call stands for: a macro (has, all, exists, map, transformList, optMap, ...) becomes a test or a
/// comprehension, a function of a library ("sets.contains") a call by its whole name; other calls stay. Errors: a macro
/// misused.
std::expected<NodePointer, Problem> expandCall(NodePointer call);

} // namespace slipway::api::cel
