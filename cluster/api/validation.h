#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"
#include "cluster/api/status.h"

#include <vector>

namespace slipway::api {

/// The findings on a new object after defaulting; empty: valid. Required fields, enums, names (RFC 1123, 1035),
/// labels, quantities, selectors against template labels, ports, volumes against mounts, and so on.
std::vector<StatusCause> validateCreate(const Resource& resource, const JsonObject& object);

/// The same for a changed object, with what may not change (names, uid, selectors, pod spec, cluster IP, ...).
/// @p subresource: "", "status", ...: of a status update only the status is judged.
std::vector<StatusCause> validateUpdate(const Resource& resource, const JsonObject& before, const JsonObject& after,
                                        std::string_view subresource = {});

} // namespace slipway::api
