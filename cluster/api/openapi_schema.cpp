#include "cluster/api/openapi_schema.h"

#include <format>

namespace slipway::api {
namespace {

JsonArray words(std::span<const std::string_view> list) {
    JsonArray array;
    for (std::string_view word : list)
        array.emplace_back(word);
    return array;
}

JsonObject scalarSchema(const Field& field, std::string_view reference, std::set<const Type*>& used) {
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
        return {{"type", "string"}, {"x-slipway-format", "quantity"}};
    case FieldKind::intOrString_:
        return {{"type", "string"}, {"format", "int-or-string"}};
    case FieldKind::time_:
    case FieldKind::microTime_:
        return {{"type", "string"}, {"format", "date-time"}};
    case FieldKind::raw_:
        return {{"type", "object"}};
    case FieldKind::object_:
        used.insert(field.type);
        return {{"$ref", std::string(reference) + std::string(field.type->fullName)}};
    }
    return {};
}

JsonObject fieldSchema(const Field& field, std::string_view reference, std::set<const Type*>& used) {
    JsonObject inner = scalarSchema(field, reference, used);
    if (!field.enumValues.empty() && field.container == Container::none)
        inner["enum"] = words(field.enumValues);
    JsonObject schema;
    if (field.container == Container::none) {
        if (!inner.contains("$ref"))
            schema = std::move(inner);
        else
            schema = {{"allOf", JsonArray{std::move(inner)}}, {"default", JsonObject()}};
    } else if (field.container == Container::list) {
        schema = {{"type", "array"}, {"items", std::move(inner)}};
    } else if (field.container == Container::map) {
        schema = {{"type", "object"}, {"additionalProperties", std::move(inner)}};
    } else {
        schema = {{"type", "object"}, {"additionalProperties", JsonObject{{"type", "array"}, {"items", std::move(inner)}}}};
    }
    schema["description"] = std::format("The {} of the object.", field.name);
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

JsonObject openApiSchema(const Type& type, std::string_view reference, std::set<const Type*>& used) {
    JsonObject properties;
    JsonArray required;
    for (const Field& field : type.fields) {
        properties[field.name] = fieldSchema(field, reference, used);
        if (field.required)
            required.emplace_back(field.name);
    }
    const std::string_view name = type.name.substr(type.name.rfind('.') + 1);
    JsonObject schema{{"type", "object"}, {"description", std::format("A {} of the Kubernetes API.", name)}};
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

std::string listName(const Resource& resource) { return std::string(resource.type->fullName) + "List"; }

JsonObject listSchema(const Resource& resource, std::string_view reference, std::set<const Type*>& used) {
    const Type* metadata = findType("meta.v1.ListMeta");
    used.insert(metadata);
    used.insert(resource.type);
    const auto pointer = [&](const Type& type) { return JsonObject{{"$ref", std::string(reference) + std::string(type.fullName)}}; };
    return {{"type", "object"},
            {"description", std::format("A list of {}.", resource.name)},
            {"required", JsonArray{"items"}},
            {"properties", JsonObject{{"apiVersion", JsonObject{{"type", "string"}}},
                                      {"kind", JsonObject{{"type", "string"}}},
                                      {"metadata", JsonObject{{"allOf", JsonArray{pointer(*metadata)}}}},
                                      {"items", JsonObject{{"type", "array"}, {"items", pointer(*resource.type)}}}}},
            {"x-kubernetes-group-version-kind", JsonArray{kindMark(resource.group, resource.version, std::string(resource.kind) + "List")}}};
}

} // namespace slipway::api
