#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"
#include "cluster/api/status.h"

#include <expected>
#include <optional>
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

/// The same without the judgement on unknown members: they are dropped, and their paths added to @p unknownPaths when
/// it is not null. @p version is that of the object's apiVersion, without a group.
std::expected<JsonObject, Status> checkMembers(const Type& type, std::string_view version, std::string_view kind,
                                               Json value, std::vector<std::string>* unknownPaths);

/// What was found when a body was read: members that no schema knows, and members that came twice.
struct StrictFindings {
    std::vector<std::string> unknown, duplicate; ///< paths: "spec.replicas"
    std::vector<std::string> duplicateYaml;      ///< `line 3: key "a" already set in map`
};

/// What becomes of findings: nothing, warnings, or a refusal ("strict decoding error: unknown field ...").
/// @p body: the text they were found in, which gives their order; may be empty.
std::optional<Status> settleFindings(const StrictFindings& findings, std::string_view version, std::string_view kind,
                                     FieldValidation validation, std::string_view body,
                                     std::vector<std::string>& warnings);

/// Members that come twice in a body of that content type.
void findDuplicates(std::string_view body, std::string_view contentType, StrictFindings& findings);

/// Reads a request body that is JSON, YAML or protobuf (by @p contentType; "application/json" also when it is empty).
std::expected<Json, Status> decodeBody(std::string_view body, std::string_view contentType);

/// YAML text (one document) as JSON with Kubernetes' rules; used for application/yaml bodies.
/// @p duplicates, when not null: `line 3: key "a" already set in map` for each key that comes twice.
std::expected<Json, Status> yamlToJson(std::string_view text, std::vector<std::string>* duplicates = nullptr);

} // namespace slipway::api
