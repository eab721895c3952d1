#pragma once

#include "cluster/api/json.h"

namespace slipway::api {

/// Fills in a pod spec's defaults. @p pod: a pod itself, which gets more than a template does.
void defaultPodSpec(JsonObject& spec, bool pod);

/// A secret's stringData value as its data value.
std::string encodeSecretText(std::string_view text);

} // namespace slipway::api
