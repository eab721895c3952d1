#pragma once

#include "cluster/api/json.h"

#include <string>

namespace slipway::api {

/// Writes a value as block YAML that Kubernetes' readers take for the same value. Ends with a line feed.
std::string printYaml(const Json& value);

} // namespace slipway::api
