#include "cluster/api/custom/definition.h"
#include "cluster/api/openapi_schema.h"

#include <algorithm>
#include <array>

/// How the schemas of custom resources are published.
namespace slipway::api {
namespace {

/// What Swagger 2 has no words for, or clients of it do not understand.
constexpr std::array<std::string_view, 6> notInSwagger{"nullable", "oneOf", "anyOf",
                                                       "not",      "allOf", "x-kubernetes-validations"};

/// Takes from a schema for Swagger 2 what its clients cannot read: types whose members are not told, and the demand for
/// members that may be null.
void simplify(const JsonObject& props, JsonObject& out) {
    const Json* type = out.if_contains("type");
    const bool open = boolAt(props, {"x-kubernetes-preserve-unknown-fields"});
    if (type != nullptr && ((open && *type == Json("object")) || (*type == Json("array") && !out.contains("items"))))
        out.erase("type");
    Json* required = out.if_contains("required");
    if (required == nullptr || !required->is_array())
        return;
    JsonArray kept;
    for (const Json& name : required->get_array()) {
        const Json* member = name.is_string() ? find(props, {"properties", view(name.get_string())}) : nullptr;
        if (member == nullptr || !member->is_object() || !boolAt(member->get_object(), {"nullable"}))
            kept.push_back(name);
    }
    const Json* values = find(props, {"additionalProperties", "nullable"});
    if (kept.empty() || (values != nullptr && *values == Json(true)))
        out.erase("required");
    else
        *required = std::move(kept);
}

/// A schema as it may stand in the document. In Swagger 2 an object that keeps unknown members, and everything below it
/// that cannot be said, loses its structure.
JsonObject published(const JsonObject& props, SchemaReferences& references) {
    JsonObject out;
    const bool open = boolAt(props, {"x-kubernetes-preserve-unknown-fields"});
    const bool nullable = boolAt(props, {"nullable"});
    const bool either = boolAt(props, {"x-kubernetes-int-or-string"});
    for (const auto& [name, value] : props) {
        if (!references.v3 && std::ranges::find(notInSwagger, std::string_view(name)) != notInSwagger.end())
            continue;
        if (!references.v3 && (open || nullable) && (name == "properties" || name == "items"))
            continue;
        if (!references.v3 && nullable && name == "type")
            continue;
        if (name == "properties" && value.is_object()) {
            JsonObject members;
            for (const auto& [member, schema] : value.get_object())
                members[member] = schema.is_object() ? Json(published(schema.get_object(), references)) : schema;
            out[name] = std::move(members);
        } else if ((name == "items" || name == "additionalProperties" || name == "not") && value.is_object()) {
            out[name] = published(value.get_object(), references);
        } else if ((name == "allOf" || name == "anyOf" || name == "oneOf") && value.is_array()) {
            JsonArray list;
            for (const Json& schema : value.get_array())
                list.push_back(schema.is_object() ? Json(published(schema.get_object(), references)) : schema);
            out[name] = std::move(list);
        } else {
            out[name] = value;
        }
    }
    if (either && references.v3 && !out.contains("anyOf"))
        out["oneOf"] = JsonArray{JsonObject{{"type", "integer"}}, JsonObject{{"type", "string"}}};
    if (!references.v3)
        simplify(props, out);
    return out;
}

void addMetadata(JsonObject& schema, SchemaReferences& references) {
    const Type* metadata = findType("meta.v1.ObjectMeta");
    references.used.insert(metadata);
    JsonObject& properties = objectAt(schema, {"properties"});
    const auto text = [&](std::string_view name, std::string_view description) {
        properties[name] = JsonObject{{"type", "string"}, {"description", description}};
    };
    // The words these texts begin with are what Kubernetes' conformance looks for.
    text("apiVersion", "APIVersion defines the group and version of the schema this object is written in.");
    text("kind", "What this object is.");
    JsonObject plain{{"$ref", references.pointer(metadata->fullName)}};
    JsonObject wrapped{{"allOf", JsonArray{Json(plain)}}, {"default", JsonObject()}};
    JsonObject& property = properties["metadata"].emplace_object();
    property = references.v3 ? std::move(wrapped) : std::move(plain);
    property["description"] = "Standard object's metadata: its name, labels and what else every object has.";
}

} // namespace

JsonObject customSchema(const Resource& resource, SchemaReferences& references) {
    JsonObject schema;
    // Swagger's clients take a schema with some members for one that allows no others.
    if (references.v3 || !resource.custom->schema.preserveUnknown) {
        schema = published(resource.custom->openApi, references);
        addMetadata(schema, references);
    }
    schema["type"] = "object";
    schema["x-kubernetes-group-version-kind"] =
        JsonArray{JsonObject{{"group", resource.group}, {"kind", resource.kind}, {"version", resource.version}}};
    if (const auto& fields = resource.custom->selectable; !fields.empty()) {
        JsonArray list;
        for (const std::string& path : fields)
            list.push_back(JsonObject{{"fieldPath", path}});
        schema["x-kubernetes-selectable-fields"] = std::move(list);
    }
    return schema;
}

} // namespace slipway::api
