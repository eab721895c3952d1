#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"

namespace slipway::api {

/// Fills in what Kubernetes v1.34 fills in on decode: the schema files' default(...) values, and the computed ones
/// (image pull policy from the tag, requests from limits, target port from port, strategy parameters, ...).
void applyDefaults(const Resource& resource, JsonObject& object);

} // namespace slipway::api
