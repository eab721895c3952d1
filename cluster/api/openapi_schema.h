#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"

#include <set>
#include <string>
#include <string_view>

namespace slipway::api {

/// The OpenAPI schema of a type. @p reference is where other types are found: "#/components/schemas/" or
/// "#/definitions/". The types it names are added to @p used.
JsonObject openApiSchema(const Type& type, std::string_view reference, std::set<const Type*>& used);

/// The group, version and kind marks of every resource the type is the kind of.
JsonArray kindMarks(const Type& type);

/// The schema of the list kind of a resource, and its OpenAPI name.
JsonObject listSchema(const Resource& resource, std::string_view reference, std::set<const Type*>& used);
std::string listName(const Resource& resource);

/// The paths of a group version with their operations. @p v3 chooses OpenAPI 3 parameters over Swagger 2.
JsonObject openApiPaths(std::string_view group, std::string_view version, bool v3);

} // namespace slipway::api
