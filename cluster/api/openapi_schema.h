#pragma once

#include "cluster/api/json.h"
#include "cluster/api/openapi.h"
#include "cluster/api/schema.h"

#include <set>
#include <string>
#include <string_view>

namespace slipway::api {

/// Where schemas name each other, and which have been named.
struct SchemaReferences {
    bool v3 = true;
    std::set<const Type*> used;

    std::string pointer(std::string_view fullName) const;
};

/// The OpenAPI schema of a type; the types it names are added to @p references.
JsonObject openApiSchema(const Type& type, SchemaReferences& references);

/// The scalar types that have a name in OpenAPI: quantities, times, "a number or text", raw JSON.
JsonObject namedScalars(bool v3);

/// A sentence of schema/descriptions.txt, and what it is about: a type ("core.v1.Pod"), or one of its members.
struct Description {
    std::string_view about, sentence;
};
/// All of them, sorted by what they are about.
std::span<const Description> descriptions();

/// A sentence on a type and on a member of one.
std::string typeDescription(const Type& type);
std::string fieldDescription(const Type& owner, const Field& field);

/// The group, version and kind marks of every resource the type is the kind of.
JsonArray kindMarks(const Type& type);

/// The schema of the list kind of a resource, and its OpenAPI name.
JsonObject listSchema(const Resource& resource, SchemaReferences& references);
std::string listName(const Resource& resource);

/// The paths of resources with their operations. @p v3 chooses OpenAPI 3 parameters over Swagger 2.
JsonObject openApiPaths(Resources resources, bool v3);

/// The schema of a custom resource as it is published: its definition's, with apiVersion, kind and metadata. In Swagger
/// 2 what that cannot say is left out, as Kubernetes does.
JsonObject customSchema(const Resource& resource, SchemaReferences& references);

} // namespace slipway::api
