#pragma once

#include "cluster/api/json.h"

#include <string>

namespace slipway::ui {

/// What of an object belongs to whoever wrote it: without status and without what the server fills in (uid, versions,
/// managed fields, times, what kubectl last applied). Fit to be applied again, also elsewhere. Pure.
api::JsonObject portableObject(const api::JsonObject& object);
std::string portableYaml(const api::Json& object);

} // namespace slipway::ui
