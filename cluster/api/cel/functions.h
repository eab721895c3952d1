#pragma once

#include "cluster/api/json.h"

#include <expected>
#include <span>
#include <string>
#include <string_view>

namespace slipway::api::cel {

/// Carries out a function or method; of a method the first argument is what it is called on. Errors: CEL's.
std::expected<Json, std::string> callFunction(std::string_view name, std::span<const Json> args);

/// Carries out an operator but the logical ones.
std::expected<Json, std::string> applyOperator(std::string_view sign, const Json& left, const Json& right);

} // namespace slipway::api::cel
