#include "cluster/api/openapi.h"

#include "cluster/api/protobuf_wire.h"

/// The Swagger 2.0 document as a message of gnostic's OpenAPIv2.proto, from the JSON document.
namespace slipway::api {
namespace {

using wire::putBytes;

/// Any: a value as YAML text, of which JSON is a part.
std::string anyValue(const Json& value) {
    std::string out;
    putBytes(out, 2, printJson(value));
    return out;
}

/// A name with a message: the entries of every map of the document.
std::string named(std::string_view name, std::string_view message) {
    std::string out;
    putBytes(out, 1, name);
    putBytes(out, 2, message);
    return out;
}

void putText(std::string& out, std::uint32_t number, const JsonObject& object, std::string_view member) {
    if (const Json* value = object.if_contains(member); value != nullptr && value->is_string())
        putBytes(out, number, view(value->get_string()));
}

/// A schema that only refers to another, also when it is wrapped to carry a default.
std::string_view referenceOf(const JsonObject& schema) {
    const Json* all = schema.if_contains("allOf");
    if (all != nullptr && all->is_array() && all->get_array().size() == 1)
        return stringAt(all->get_array()[0], {"$ref"});
    return stringAt(schema, {"$ref"});
}

std::string schemaMessage(const JsonObject& schema);

/// Message with one schema in field 1: ItemsItem and AdditionalPropertiesItem.
std::string wrappedSchema(const JsonObject& schema) {
    std::string out;
    putBytes(out, 1, schemaMessage(schema));
    return out;
}

std::string propertiesMessage(const JsonObject& properties) {
    std::string out;
    for (const auto& [name, schema] : properties)
        putBytes(out, 1, named(name, schemaMessage(schema.as_object())));
    return out;
}

/// Bounds, as numbers of eight bytes, and counts.
void putBounds(std::string& out, const JsonObject& schema) {
    const auto real = [&](std::uint32_t number, std::string_view name) {
        if (const Json* value = schema.if_contains(name); value != nullptr && value->is_number())
            wire::putDouble(out, number, value->to_number<double>());
    };
    const auto whole = [&](std::uint32_t number, std::string_view name) {
        if (const Json* value = schema.if_contains(name); value != nullptr && value->is_int64())
            wire::putInteger(out, number, static_cast<std::uint64_t>(value->get_int64()));
    };
    real(6, "multipleOf");
    real(7, "maximum");
    real(9, "minimum");
    whole(11, "maxLength");
    whole(12, "minLength");
    putText(out, 13, schema, "pattern");
    whole(14, "maxItems");
    whole(15, "minItems");
    whole(17, "maxProperties");
    whole(18, "minProperties");
}

void putNested(std::string& out, const JsonObject& schema) {
    if (const Json* required = schema.if_contains("required"))
        for (const Json& name : required->as_array())
            putBytes(out, 19, view(name.as_string()));
    if (const Json* values = schema.if_contains("enum"))
        for (const Json& value : values->as_array())
            putBytes(out, 20, anyValue(value));
    if (const Json* values = schema.if_contains("additionalProperties"); values != nullptr && values->is_object())
        putBytes(out, 21, wrappedSchema(values->get_object()));
    if (const std::string_view type = stringAt(schema, {"type"}); !type.empty()) {
        std::string item;
        putBytes(item, 1, type);
        putBytes(out, 22, item);
    }
    if (const Json* items = schema.if_contains("items"))
        putBytes(out, 23, wrappedSchema(items->as_object()));
    if (const Json* properties = schema.if_contains("properties"))
        putBytes(out, 25, propertiesMessage(properties->as_object()));
}

std::string schemaMessage(const JsonObject& schema) {
    std::string out;
    if (const std::string_view reference = referenceOf(schema); !reference.empty())
        putBytes(out, 1, reference);
    putText(out, 2, schema, "format");
    putText(out, 4, schema, "description");
    if (const Json* value = schema.if_contains("default"))
        putBytes(out, 5, anyValue(*value));
    putBounds(out, schema);
    putNested(out, schema);
    for (const auto& [name, value] : schema)
        if (name.starts_with("x-"))
            putBytes(out, 31, named(name, anyValue(value)));
    return out;
}

} // namespace

std::string openApiV2ProtobufDefinitions(const JsonObject& definitions) {
    std::string out;
    putBytes(out, 9, propertiesMessage(definitions));
    return out;
}

std::string openApiV2Protobuf(const JsonObject& document) {
    std::string info;
    putText(info, 1, document.at("info").as_object(), "title");
    putText(info, 2, document.at("info").as_object(), "version");
    std::string out;
    putText(out, 1, document, "swagger");
    putBytes(out, 2, info);
    putBytes(out, 8, {});
    return out + openApiV2ProtobufDefinitions(document.at("definitions").as_object());
}

} // namespace slipway::api
