#pragma once

#include "cluster/api/json.h"

#include <string_view>

namespace slipway::apiserver {

/// Whether metadata.finalizers of @p object names @p finalizer.
bool hasFinalizer(const api::JsonObject& object, std::string_view finalizer);

/// Adds @p finalizer to metadata.finalizers of @p object, unless it is there.
void addFinalizer(api::JsonObject& object, std::string_view finalizer);

} // namespace slipway::apiserver
