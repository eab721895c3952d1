#include "cluster/api/custom/custom_schema.h"
#include "cluster/api/custom/definition_validation.h"
#include "cluster/api/custom/rules.h"
#include "cluster/api/custom/schema_validation.h"
#include "cluster/api/validation_names.h"

#include <algorithm>
#include <array>
#include <format>

/// What a schema must be like for Kubernetes to take it: structural (KEP-2337), with members it understands.
namespace slipway::api::custom {
namespace {

constexpr std::array<std::string_view, 6> types{"array", "boolean", "integer", "number", "object", "string"};

class SchemaPropsCheck {
public:
    /// @p structural: not inside allOf, anyOf, oneOf or not, where only values are judged.
    void props(const JsonObject& props, const std::string& path, bool structural, bool root) {
        const std::string_view type = stringAt(props, {"type"});
        const bool preserve = boolAt(props, {"x-kubernetes-preserve-unknown-fields"});
        const bool either = boolAt(props, {"x-kubernetes-int-or-string"});
        if (!type.empty() && std::ranges::find(types, type) == types.end())
            causes.push_back(notSupported(path + ".type", Json(type),
                                          {"array", "boolean", "integer", "number", "object", "string"}));
        forbidden(props, path);
        if (structural)
            structure(props, path, type, preserve, either, root);
        else
            valuesOnly(props, path);
        lists(props, path, type);
        pattern(props, path);
        if (const Json* value = props.if_contains("default"); value != nullptr && structural && !value->is_null())
            defaultValue(*value, props, path);
        nested(props, path, structural);
    }

    std::vector<StatusCause> causes;

private:
    void forbidden(const JsonObject& props, const std::string& path) {
        static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> members{
            {{"$ref", "$ref is not supported"},
             {"$schema", "$schema is not supported"},
             {"id", "id is not supported"},
             {"definitions", "definitions is not supported"},
             {"dependencies", "dependencies is not supported"},
             {"patternProperties", "patternProperties is not supported"},
             {"additionalItems", "additionalItems is not supported"},
             {"$id", "$id is not supported"}}};
        for (const auto& [name, why] : members)
            if (const Json* value = props.if_contains(name);
                value != nullptr && !(value->is_string() && value->get_string().empty()))
                causes.push_back(forbiddenField(std::format("{}.{}", path, name), why));
        if (boolAt(props, {"uniqueItems"}))
            causes.push_back(forbiddenField(path + ".uniqueItems",
                                            "uniqueItems cannot be set to true since the runtime complexity becomes "
                                            "quadratic"));
        const Json* properties = props.if_contains("properties");
        const Json* additional = props.if_contains("additionalProperties");
        if (properties != nullptr && properties->is_object() && !properties->get_object().empty() &&
            additional != nullptr && !additional->is_null()) {
            const bool refused = additional->is_bool() && !additional->get_bool();
            causes.push_back(
                refused ? forbiddenField(path + ".additionalProperties", "additionalProperties cannot be set to false")
                        : forbiddenField(path + ".additionalProperties",
                                         "additionalProperties and properties are mutual exclusive"));
        } else if (additional != nullptr && additional->is_bool() && !additional->get_bool()) {
            causes.push_back(
                forbiddenField(path + ".additionalProperties", "additionalProperties cannot be set to false"));
        }
    }

    void structure(const JsonObject& props, const std::string& path, std::string_view type, bool preserve, bool either,
                   bool root) {
        if (type.empty() && !either && !preserve)
            causes.push_back(requiredValue(path + ".type", root ? "must not be empty at the root" : where_));
        if (root && !type.empty() && type != "object")
            causes.push_back(invalidValue(path + ".type", Json(type), "must be object at the root"));
        if (!type.empty() && either)
            causes.push_back(
                invalidValue(path + ".type", Json(type), "must be empty if x-kubernetes-int-or-string is true"));
        if (boolAt(props, {"x-kubernetes-embedded-resource"}) && !preserve && !props.contains("properties"))
            causes.push_back(requiredValue(path + ".properties",
                                           "must not be empty if x-kubernetes-embedded-resource is true without "
                                           "x-kubernetes-preserve-unknown-fields"));
        if (boolAt(props, {"x-kubernetes-embedded-resource"}) && type != "object")
            causes.push_back(
                invalidValue(path + ".type", Json(type), "must be object if x-kubernetes-embedded-resource is true"));
        if (type == "array" && !props.contains("items") && !preserve)
            causes.push_back(requiredValue(path + ".items", "must be specified"));
        if (const Json* items = props.if_contains("items"); items != nullptr && items->is_array())
            causes.push_back(forbiddenField(path + ".items", "items must be a schema object and not an array"));
        if (root)
            metadata(props, path);
    }

    /// The root's metadata may only limit names.
    void metadata(const JsonObject& props, const std::string& path) {
        const Json* members = find(props, {"properties", "metadata", "properties"});
        if (members == nullptr || !members->is_object())
            return;
        for (const auto& member : members->get_object())
            if (member.key() != "name" && member.key() != "generateName")
                causes.push_back(forbiddenField(path + ".properties[metadata]",
                                                "must not specify anything other than name and generateName, but "
                                                "metadata is implicitly specified"));
    }

    void valuesOnly(const JsonObject& props, const std::string& path) {
        static constexpr std::array<std::string_view, 8> members{"description",
                                                                 "type",
                                                                 "default",
                                                                 "additionalProperties",
                                                                 "nullable",
                                                                 "x-kubernetes-preserve-unknown-fields",
                                                                 "x-kubernetes-embedded-resource",
                                                                 "x-kubernetes-list-type"};
        if (isIntOrStringPart_)
            return;
        for (std::string_view name : members)
            if (const Json* value = props.if_contains(name); value != nullptr &&
                                                             !(value->is_bool() && !value->get_bool()) &&
                                                             !(value->is_string() && value->get_string().empty()))
                causes.push_back(forbiddenField(std::format("{}.{}", path, name),
                                                name == "type" || name == "description" || name == "default" ||
                                                        name == "additionalProperties" || name == "nullable"
                                                    ? "must be empty to be structural"
                                                    : "must be false to be structural"));
    }

    void lists(const JsonObject& props, const std::string& path, std::string_view type) {
        const std::string_view list = stringAt(props, {"x-kubernetes-list-type"});
        if (list.empty()) {
            if (!listAt(props, "x-kubernetes-list-map-keys").empty())
                causes.push_back(requiredValue(path + ".x-kubernetes-list-type",
                                               "must be map if x-kubernetes-list-map-keys is non-empty"));
        } else if (type != "array") {
            causes.push_back(
                invalidValue(path + ".type", Json(type), "must be array if x-kubernetes-list-type is specified"));
        } else if (list != "atomic" && list != "set" && list != "map") {
            causes.push_back(notSupported(path + ".x-kubernetes-list-type", Json(list), {"atomic", "map", "set"}));
        } else if (list == "map") {
            listMap(props, path);
        } else if (!listAt(props, "x-kubernetes-list-map-keys").empty()) {
            causes.push_back(invalidValue(path + ".x-kubernetes-list-type", Json(list),
                                          "must be map if x-kubernetes-list-map-keys is non-empty"));
        }
        if (const std::string_view map = stringAt(props, {"x-kubernetes-map-type"}); !map.empty()) {
            if (type != "object")
                causes.push_back(
                    invalidValue(path + ".type", Json(type), "must be object if x-kubernetes-map-type is specified"));
            if (map != "atomic" && map != "granular")
                causes.push_back(notSupported(path + ".x-kubernetes-map-type", Json(map), {"atomic", "granular"}));
        }
    }

    void listMap(const JsonObject& props, const std::string& path) {
        const JsonArray& keys = listAt(props, "x-kubernetes-list-map-keys");
        if (keys.empty())
            causes.push_back(requiredValue(path + ".x-kubernetes-list-map-keys",
                                           "must not be empty if x-kubernetes-list-type is map"));
        const Json* required = find(props, {"items", "required"});
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const std::string_view key = keys[i].is_string() ? view(keys[i].get_string()) : std::string_view();
            const Json* member = find(props, {"items", "properties", key});
            if (member == nullptr) {
                causes.push_back(invalidValue(std::format("{}.x-kubernetes-list-map-keys[{}]", path, i), Json(key),
                                              "entries must all be names of item properties"));
                continue;
            }
            const bool needed = required != nullptr && required->is_array() &&
                                std::ranges::find(required->get_array(), keys[i]) != required->get_array().end();
            if (!needed && find(*member, {"default"}) == nullptr)
                causes.push_back(requiredValue(
                    std::format("{}.items.properties[{}].default", path, key),
                    "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required "
                    "property"));
        }
    }

    void pattern(const JsonObject& props, const std::string& path) {
        const std::string text(stringAt(props, {"pattern"}));
        if (!text.empty() && !isPattern(text))
            causes.push_back(invalidValue(path + ".pattern", Json(text), "must be a valid regular expression"));
    }

    void defaultValue(const Json& value, const JsonObject& props, const std::string& path) {
        Schema schema = readSchema(props);
        compileRules(schema, schema.embedded);
        auto found = validateValue(value, schema, "");
        if (found.empty())
            found = judgeByRules(schema, value, nullptr, "", nullptr);
        for (StatusCause& cause : found) {
            if (cause.field == "<nil>")
                cause.field.clear();
            cause.field = cause.field.empty() ? path + ".default" : std::format("{}.default.{}", path, cause.field);
            causes.push_back(std::move(cause));
        }
    }

    void below(const JsonObject& props, std::string_view name, const std::string& path, bool structural,
               std::string_view where) {
        const Json* inner = props.if_contains(name);
        if (inner == nullptr || !inner->is_object())
            return;
        where_ = where;
        this->props(inner->get_object(), std::format("{}.{}", path, name), structural, false);
    }

    void nested(const JsonObject& props, const std::string& path, bool structural) {
        below(props, "items", path, structural, "must not be empty for specified array items");
        below(props, "additionalProperties", path, structural, "must not be empty for specified object fields");
        if (const Json* members = props.if_contains("properties"); members != nullptr && members->is_object())
            for (const auto& [name, member] : members->get_object())
                if (member.is_object()) {
                    where_ = "must not be empty for specified object fields";
                    this->props(member.get_object(), std::format("{}.properties[{}]", path, std::string_view(name)),
                                structural, false);
                }
        below(props, "not", path, false, "");
        const bool outer = isIntOrStringPart_;
        isIntOrStringPart_ = outer || boolAt(props, {"x-kubernetes-int-or-string"});
        for (std::string_view name : {"allOf", "anyOf", "oneOf"}) {
            const JsonArray& list = listAt(props, name);
            for (std::size_t i = 0; i < list.size(); ++i)
                if (list[i].is_object())
                    this->props(list[i].get_object(), std::format("{}.{}[{}]", path, name, i), false, false);
        }
        isIntOrStringPart_ = outer;
    }

    std::string_view where_ = "must not be empty for specified object fields";
    bool isIntOrStringPart_ = false; ///< "anyOf: [{type: integer}, {type: string}]" may stand beside it
};

} // namespace

std::vector<StatusCause> validateSchemaProps(const JsonObject& props, const std::string& path) {
    SchemaPropsCheck check;
    check.props(props, path, true, true);
    if (check.causes.empty())
        check.causes = validateRules(readSchema(props), path);
    return std::move(check.causes);
}

} // namespace slipway::api::custom
