#pragma once

#include "cluster/api/json.h"

#include <string_view>

namespace slipway::api {

/// What kind of JSON a value is, as Go's encoding/json calls it: "string", "number", "object", ...
std::string_view jsonTypeName(const Json& value);

} // namespace slipway::api
