#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"
#include "cluster/api/status.h"

#include <expected>

namespace slipway::api {

/// JSON Patch (RFC 6902). All operations or none. Errors: 422 Invalid when a test or path fails, 400 for a bad patch.
std::expected<Json, Status> applyJsonPatch(Json object, const Json& patch);

/// JSON Merge Patch (RFC 7396).
Json applyMergePatch(Json object, const Json& patch);

/// Kubernetes' strategic merge patch: lists merged by merge key, $patch: delete/replace/merge, $retainKeys,
/// $deleteFromPrimitiveList, $setElementOrder. @p type is the object's schema.
std::expected<JsonObject, Status> applyStrategicMergePatch(JsonObject object, const JsonObject& patch,
                                                           const Type& type);

} // namespace slipway::api
