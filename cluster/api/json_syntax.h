#pragma once

#include <string>
#include <string_view>

namespace slipway::api {

/// What is wrong with a text that should be JSON, in the words of Go's encoding/json, which every Kubernetes client
/// has seen ("invalid character 'k' looking for beginning of value"). Empty: nothing is.
std::string jsonSyntaxProblem(std::string_view text);

} // namespace slipway::api
