#include "cluster/api/openapi_schema.h"

#include "cluster/api/custom/definition.h"
#include "cluster/api/json_words.h"

#include <format>

namespace slipway::api {
namespace {

constexpr std::string_view quantityName = "io.k8s.apimachinery.pkg.api.resource.Quantity",
                           intOrStringName = "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
                           timeName = "io.k8s.apimachinery.pkg.apis.meta.v1.Time",
                           microTimeName = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime",
                           rawName = "io.k8s.apimachinery.pkg.runtime.RawExtension";

JsonObject scalarSchema(const Field& field, SchemaReferences& references) {
    const auto named = [&](std::string_view name) { return JsonObject{{"$ref", references.pointer(name)}}; };
    switch (field.kind) {
    case FieldKind::string_:
        return {{"type", "string"}};
    case FieldKind::int32_:
        return {{"type", "integer"}, {"format", "int32"}};
    case FieldKind::int64_:
        return {{"type", "integer"}, {"format", "int64"}};
    case FieldKind::bool_:
        return {{"type", "boolean"}};
    case FieldKind::double_:
        return {{"type", "number"}, {"format", "double"}};
    case FieldKind::bytes_:
        return {{"type", "string"}, {"format", "byte"}};
    case FieldKind::quantity_:
        return named(quantityName);
    case FieldKind::intOrString_:
        return named(intOrStringName);
    case FieldKind::time_:
        return named(timeName);
    case FieldKind::microTime_:
        return named(microTimeName);
    case FieldKind::raw_:
        return named(rawName);
    case FieldKind::object_:
        references.used.insert(field.type);
        return named(field.type->fullName);
    }
    return {};
}

/// In OpenAPI 3 nothing may stand beside a reference, so it is wrapped to carry a default; clients expect that form.
JsonObject withDefault(JsonObject schema, const Field& field, bool v3) {
    const bool object = field.kind == FieldKind::object_;
    if (!v3 || !schema.contains("$ref"))
        return schema;
    JsonObject wrapped{{"allOf", JsonArray{std::move(schema)}}};
    if (object)
        wrapped["default"] = JsonObject();
    return wrapped;
}

JsonObject fieldSchema(const Type& owner, const Field& field, SchemaReferences& references) {
    JsonObject inner = withDefault(scalarSchema(field, references), field, references.v3);
    if (!field.enumValues.empty() && field.container == Container::none)
        inner["enum"] = words(field.enumValues);
    JsonObject schema;
    if (field.container == Container::none)
        schema = std::move(inner);
    else if (field.container == Container::list)
        schema = {{"type", "array"}, {"items", std::move(inner)}};
    else if (field.container == Container::map)
        schema = {{"type", "object"}, {"additionalProperties", std::move(inner)}};
    else
        schema = {{"type", "object"},
                  {"additionalProperties", JsonObject{{"type", "array"}, {"items", std::move(inner)}}}};
    schema["description"] = fieldDescription(owner, field);
    static constexpr std::string_view listTypes[] = {"", "atomic", "set", "map"};
    if (field.listType != ListType::none_)
        schema["x-kubernetes-list-type"] = listTypes[static_cast<int>(field.listType)];
    if (!field.mapKeys.empty())
        schema["x-kubernetes-list-map-keys"] = words(field.mapKeys);
    if (field.atomic)
        schema["x-kubernetes-map-type"] = "atomic";
    if (!field.mergeKey.empty())
        schema["x-kubernetes-patch-merge-key"] = field.mergeKey;
    std::string strategy = field.patchMerge ? "merge" : field.patchReplace ? "replace" : "";
    if (field.patchRetainKeys)
        strategy += strategy.empty() ? "retainKeys" : ",retainKeys";
    if (!strategy.empty())
        schema["x-kubernetes-patch-strategy"] = strategy;
    return schema;
}

JsonObject kindMark(std::string_view group, std::string_view version, std::string_view kind) {
    return {{"group", group}, {"kind", kind}, {"version", version}};
}

} // namespace

JsonArray kindMarks(const Type& type) {
    JsonArray marks;
    for (const Resource& resource : builtInResources())
        if (resource.type == &type)
            marks.push_back(kindMark(resource.group, resource.version, resource.kind));
    return marks;
}

std::string SchemaReferences::pointer(std::string_view fullName) const {
    return std::string(v3 ? "#/components/schemas/" : "#/definitions/") + std::string(fullName);
}

JsonObject namedScalars(bool v3) {
    const auto either = [](std::string_view a, std::string_view b) {
        return JsonArray{JsonObject{{"type", a}}, JsonObject{{"type", b}}};
    };
    JsonObject quantity{{"description", "An amount: a number with an optional suffix (m, k, M, G, Ki, Mi, Gi, ...)."}};
    JsonObject intOrString{{"description", "A number, or a text such as a name or a percentage."},
                           {"format", "int-or-string"}};
    if (v3) {
        quantity["oneOf"] = either("string", "number");
        intOrString["oneOf"] = either("integer", "string");
    } else {
        quantity["type"] = "string";
        intOrString["type"] = "string";
    }
    JsonObject scalars;
    scalars[quantityName] = std::move(quantity);
    scalars[intOrStringName] = std::move(intOrString);
    scalars[timeName] =
        JsonObject{{"type", "string"}, {"format", "date-time"}, {"description", "A time in UTC, to the second."}};
    scalars[microTimeName] =
        JsonObject{{"type", "string"}, {"format", "date-time"}, {"description", "A time in UTC, to the microsecond."}};
    scalars[rawName] = JsonObject{{"type", "object"}, {"description", "Any JSON object."}};
    return scalars;
}

JsonObject openApiSchema(const Type& type, SchemaReferences& references) {
    JsonObject properties;
    JsonArray required;
    for (const Field& field : type.fields) {
        properties[field.name] = fieldSchema(type, field, references);
        if (field.required)
            required.emplace_back(field.name);
    }
    JsonObject schema{{"type", "object"}, {"description", typeDescription(type)}};
    if (!properties.empty())
        schema["properties"] = std::move(properties);
    if (!required.empty())
        schema["required"] = std::move(required);
    if (JsonArray marks = kindMarks(type); !marks.empty())
        schema["x-kubernetes-group-version-kind"] = std::move(marks);
    if (type.atomic)
        schema["x-kubernetes-map-type"] = "atomic";
    return schema;
}

std::string listName(const Resource& resource) {
    if (resource.custom == nullptr)
        return std::string(resource.type->fullName) + "List";
    const std::string_view full = resource.type->fullName;
    return std::string(full.substr(0, full.size() - resource.kind.size())) + resource.custom->listKind;
}

namespace {
std::string listKindOf(const Resource& resource) {
    return resource.custom == nullptr ? std::string(resource.kind) + "List" : resource.custom->listKind;
}
} // namespace

JsonObject listSchema(const Resource& resource, SchemaReferences& references) {
    const Type* metadata = findType("meta.v1.ListMeta");
    references.used.insert(metadata);
    if (resource.custom == nullptr)
        references.used.insert(resource.type);
    const auto pointer = [&](const Type& type) -> JsonObject {
        JsonObject plain{{"$ref", references.pointer(type.fullName)}};
        return references.v3 ? JsonObject{{"allOf", JsonArray{std::move(plain)}}, {"default", JsonObject()}} : plain;
    };
    return {{"type", "object"},
            {"description", std::format("A list of {}.", resource.name)},
            {"required", JsonArray{"items"}},
            {"properties", JsonObject{{"apiVersion", JsonObject{{"type", "string"}}},
                                      {"kind", JsonObject{{"type", "string"}}},
                                      {"metadata", pointer(*metadata)},
                                      {"items", JsonObject{{"type", "array"}, {"items", pointer(*resource.type)}}}}},
            {"x-kubernetes-group-version-kind",
             JsonArray{kindMark(resource.group, resource.version, listKindOf(resource))}}};
}

} // namespace slipway::api
