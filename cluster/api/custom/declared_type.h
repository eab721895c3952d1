#pragma once

#include "cluster/api/cel/type.h"
#include "cluster/api/custom/custom_schema.h"

namespace slipway::api::custom {

/// A schema as a type of the expression language, with how large its values may be and are at least.
struct DeclaredType {
    cel::TypePointer type;      ///< null: expressions do not see it
    std::uint64_t smallest = 0; ///< bytes of JSON
};

/// @p root: of a resource, or of an embedded one: then its type and the names in its metadata are always there.
DeclaredType declaredType(const Schema& schema, bool root);

/// How often values of that many bytes fit into one request.
std::uint64_t mostPerRequest(std::uint64_t smallest);

/// How many items (of a list) or members (of a map) there are at most, where the schema says so.
std::optional<std::uint64_t> declaredCount(const Schema& schema);

} // namespace slipway::api::custom
