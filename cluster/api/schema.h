#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

/// The API as data: every type, field and resource, generated from the files in cluster/api/schema.
/// Everything here is constant and lives as long as the program; all functions are thread-safe.
namespace slipway::api {

enum class FieldKind : std::uint8_t {
    string_,
    int32_,
    int64_,
    bool_,
    double_,
    bytes_,
    quantity_,
    intOrString_,
    time_,
    microTime_,
    raw_,
    object_
};
enum class Container : std::uint8_t { none, list, map, mapOfList };
enum class ListType : std::uint8_t { none_, atomic_, set_, map_ };

/// What a raw member holds: any JSON, or a JSON schema in place of which there may be something simpler.
enum class RawForm : std::uint8_t { json_, orBool_, orList_, orStrings_ };

struct Type;

namespace custom {
struct Version;
}

/// One field of a type.
struct Field {
    std::string_view name;
    FieldKind kind;
    Container container;
    ListType listType; ///< how server-side apply merges a list
    /// Protobuf field numbers from the outside in, 0 after the last: {2, 1} is field 1 of the message in field 2, whose
    /// members JSON has in the outer object. All 0: not sent in protobuf.
    std::array<std::uint16_t, 3> proto;
    bool required;
    bool pointer;    ///< a scalar whose zero value differs from its absence
    bool atomic;     ///< a map or object that server-side apply replaces whole
    bool patchMerge; ///< strategic merge patch merges the list
    bool patchReplace;
    bool patchRetainKeys;
    std::string_view mergeKey;                 ///< of strategic merge patch; empty for lists of scalars
    std::span<const std::string_view> mapKeys; ///< of a list of type map
    std::span<const std::string_view> enumValues;
    RawForm rawForm;
    const Type* type; ///< of an object; else null
};

/// One object type.
struct Type {
    std::string_view name;     ///< "core.v1.Container"
    std::string_view fullName; ///< "io.k8s.api.core.v1.Container", as OpenAPI names it
    std::span<const Field> fields;
    bool atomic;

    /// The field of that JSON name, or null.
    const Field* field(std::string_view fieldName) const;
};

/// A column of the server-side table of a resource.
struct Column {
    std::string_view name, type, format;
    int priority; ///< above 0: only in wide output
};

struct Subresource {
    std::string_view name, kind;
    std::span<const std::string_view> verbs;
};

/// One served resource.
struct Resource {
    std::string_view group, version, name, kind, singular;
    bool namespaced;
    std::span<const std::string_view> verbs, shortNames, categories;
    std::span<const Subresource> subresources;
    std::span<const Column> columns;
    const Type* type;
    const custom::Version* custom = nullptr; ///< of a custom resource: its schema and what else is read at run time

    bool hasVerb(std::string_view verb) const;
    const Subresource* subresource(std::string_view subresourceName) const;
};

std::span<const Type> allTypes();
std::span<const Resource> builtInResources();

/// The resource of a group, version and plural name, or null.
const Resource* findResource(std::string_view group, std::string_view version, std::string_view name);
/// The resource of a group, version and kind, or null.
const Resource* findKind(std::string_view group, std::string_view version, std::string_view kind);
/// The type of that short name ("meta.v1.Status"), or null.
const Type* findType(std::string_view name);

} // namespace slipway::api
