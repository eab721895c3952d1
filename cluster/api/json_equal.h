#pragma once

#include "cluster/api/json.h"

namespace slipway::api {

/// Whether two values are equal, as operator== has it, but much faster for what are mostly two states of one object:
/// members that stand at the same place are not looked up.
bool sameJson(const Json& a, const Json& b);
bool sameJson(const JsonObject& a, const JsonObject& b);

} // namespace slipway::api
