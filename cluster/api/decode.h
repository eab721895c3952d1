#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"
#include "cluster/api/status.h"

#include <expected>
#include <string>
#include <vector>

namespace slipway::api {

/// What to do with members the schema does not know, and with duplicates (query parameter fieldValidation).
enum class FieldValidation { ignore, warn, strict };

/// Checks an object a client sent against the schema: JSON types, unknown members (pruned; reported as warnings, or
/// refused with "strict decoding error: unknown field ..."), null members (dropped). Numbers that are whole doubles
/// become integers.
/// Errors: 400 in Kubernetes' wording, e.g. `Deployment in version "v1" cannot be handled as a Deployment: json:
/// cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`.
std::expected<JsonObject, Status> checkStructure(const Type& type, std::string_view apiVersion, std::string_view kind,
                                                 Json value, FieldValidation unknown,
                                                 std::vector<std::string>& warnings);

/// Reads a request body that is JSON, YAML or protobuf (by @p contentType; "application/json" also when it is empty).
std::expected<Json, Status> decodeBody(std::string_view body, std::string_view contentType);

/// YAML text (one document) as JSON with Kubernetes' rules; used for application/yaml bodies.
std::expected<Json, Status> yamlToJson(std::string_view text);

} // namespace slipway::api
