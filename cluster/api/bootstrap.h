#pragma once

#include <string_view>

namespace slipway::api {

/// The objects every new cluster starts with (roles, bindings, priority classes, flow schemas), as the text of
/// cluster/api/bootstrap/policy.json.
std::string_view bootstrapPolicyJson();

} // namespace slipway::api
