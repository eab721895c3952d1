#include "cluster/api/custom/custom_schema.h"

#include "cluster/api/custom/pattern.h"

namespace slipway::api::custom {
namespace {

std::vector<std::string> strings(const JsonObject& props, std::string_view name) {
    std::vector<std::string> list;
    if (const Json* found = props.if_contains(name); found != nullptr && found->is_array())
        for (const Json& item : found->get_array())
            if (item.is_string())
                list.emplace_back(view(item.get_string()));
    return list;
}

std::optional<double> number(const JsonObject& props, std::string_view name) {
    const Json* found = props.if_contains(name);
    return found != nullptr && found->is_number() ? std::optional(found->to_number<double>()) : std::nullopt;
}

std::unique_ptr<Schema> nested(const JsonObject& props, std::string_view name) {
    const Json* found = props.if_contains(name);
    return found != nullptr && found->is_object() ? std::make_unique<Schema>(readSchema(found->get_object())) : nullptr;
}

std::vector<Schema> alternatives(const JsonObject& props, std::string_view name) {
    std::vector<Schema> list;
    if (const Json* found = props.if_contains(name); found != nullptr && found->is_array())
        for (const Json& item : found->get_array())
            if (item.is_object())
                list.push_back(readSchema(item.get_object()));
    return list;
}

void readStructure(const JsonObject& props, Schema& schema) {
    schema.nullable = boolAt(props, {"nullable"});
    schema.intOrString = boolAt(props, {"x-kubernetes-int-or-string"});
    schema.preserveUnknown = boolAt(props, {"x-kubernetes-preserve-unknown-fields"});
    schema.embedded = boolAt(props, {"x-kubernetes-embedded-resource"});
    const std::string_view list = stringAt(props, {"x-kubernetes-list-type"});
    schema.listType = list == "set"      ? ListType::set_
                      : list == "map"    ? ListType::map_
                      : list == "atomic" ? ListType::atomic_
                                         : ListType::none_;
    schema.listKeys = strings(props, "x-kubernetes-list-map-keys");
    schema.atomicMap = stringAt(props, {"x-kubernetes-map-type"}) == "atomic";
    if (const Json* members = props.if_contains("properties"); members != nullptr && members->is_object())
        for (const auto& [name, member] : members->get_object())
            if (member.is_object())
                schema.properties.emplace(name, readSchema(member.get_object()));
    schema.additional = nested(props, "additionalProperties");
    schema.anyAdditional = boolAt(props, {"additionalProperties"});
    schema.items = nested(props, "items");
    if (const Json* value = props.if_contains("default"))
        schema.defaultValue = *value;
}

void readRules(const JsonObject& props, Schema& schema) {
    schema.required = strings(props, "required");
    if (const Json* values = props.if_contains("enum"); values != nullptr && values->is_array())
        schema.enumValues.assign(values->get_array().begin(), values->get_array().end());
    schema.minimum = number(props, "minimum");
    schema.maximum = number(props, "maximum");
    schema.multipleOf = number(props, "multipleOf");
    schema.exclusiveMinimum = boolAt(props, {"exclusiveMinimum"});
    schema.exclusiveMaximum = boolAt(props, {"exclusiveMaximum"});
    schema.uniqueItems = boolAt(props, {"uniqueItems"});
    schema.minLength = intAt(props, {"minLength"});
    schema.maxLength = intAt(props, {"maxLength"});
    schema.minItems = intAt(props, {"minItems"});
    schema.maxItems = intAt(props, {"maxItems"});
    schema.minProperties = intAt(props, {"minProperties"});
    schema.maxProperties = intAt(props, {"maxProperties"});
    schema.patternText = stringAt(props, {"pattern"});
    if (!schema.patternText.empty())
        schema.pattern = Pattern::compile(schema.patternText);
    schema.allOf = alternatives(props, "allOf");
    schema.anyOf = alternatives(props, "anyOf");
    schema.oneOf = alternatives(props, "oneOf");
    schema.negated = nested(props, "not");
    if (const Json* rules = props.if_contains("x-kubernetes-validations"); rules != nullptr && rules->is_array())
        schema.ruleProps = rules->get_array();
}

} // namespace

const Schema* Schema::member(std::string_view name) const {
    const auto found = properties.find(name);
    return found != properties.end() ? &found->second : additional.get();
}

Schema readSchema(const JsonObject& props) {
    Schema schema;
    schema.type = stringAt(props, {"type"});
    schema.format = stringAt(props, {"format"});
    readStructure(props, schema);
    readRules(props, schema);
    return schema;
}

} // namespace slipway::api::custom
