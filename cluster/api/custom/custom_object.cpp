#include "cluster/api/custom/definition.h"
#include "cluster/api/custom/rules.h"
#include "cluster/api/custom/schema_validation.h"
#include "cluster/api/decode.h"
#include "cluster/api/table_cells.h"
#include "cluster/api/validation_kinds.h"

#include <algorithm>
#include <format>

/// What is done with the objects of custom resources.
namespace slipway::api::custom {

std::expected<JsonObject, Status> acceptObject(const Resource& resource, JsonObject object,
                                               std::vector<std::string>* unknownPaths) {
    JsonObject head;
    if (Json* metadata = object.if_contains("metadata"))
        head["metadata"] = std::move(*metadata);
    auto checked = checkMembers(*resource.type, resource.version, resource.kind, std::move(head), unknownPaths);
    if (!checked)
        return checked;
    JsonObject whole;
    for (std::string_view name : {"apiVersion", "kind"})
        if (const Json* value = object.if_contains(name))
            whole[name] = *value;
    if (Json* metadata = checked->if_contains("metadata"))
        whole["metadata"] = std::move(*metadata);
    for (auto& [name, value] : object)
        if (name != "apiVersion" && name != "kind" && name != "metadata")
            whole[name] = std::move(value);
    prune(whole, resource.custom->schema, unknownPaths);
    Json value(std::move(whole));
    applyDefaults(value, resource.custom->schema);
    return std::move(value.get_object());
}

namespace {

/// Whether a finding leaves an object so wrong that its rules cannot be asked.
bool hindersRules(const StatusCause& cause) {
    return cause.reason == "FieldValueNotSupported" || cause.reason == "FieldValueRequired" ||
           cause.reason == "FieldValueTooLong" || cause.reason == "FieldValueTooMany" ||
           cause.reason == "FieldValueTypeInvalid";
}

} // namespace

std::vector<StatusCause> validateObject(const Resource& resource, const JsonObject& object, const JsonObject* before,
                                        std::vector<std::string>* warnings) {
    const Schema& schema = resource.custom->schema;
    Causes causes;
    validateMetadata(resource, object, causes);
    const Json now(object), then(before == nullptr ? Json() : Json(*before));
    const Json* old = before == nullptr ? nullptr : &then;
    for (auto& cause : validateValue(now, schema, {}, old))
        causes.push_back(std::move(cause));
    for (auto& cause : validateEmbedded(object, schema))
        causes.push_back(std::move(cause));
    if (!schema.ruledBelow)
        return causes;
    if (std::ranges::any_of(causes, hindersRules)) {
        causes.push_back({"FieldValueInvalid",
                          "Invalid value: null: some validation rules were not checked because the object was invalid; "
                          "correct the existing errors to complete validation",
                          "<nil>"});
        return causes;
    }
    for (auto& cause : judgeByRules(schema, now, old, {}, warnings))
        causes.push_back(std::move(cause));
    return causes;
}

bool normalise(const Resource& resource, JsonObject& object) {
    std::vector<std::string> dropped;
    prune(object, resource.custom->schema, &dropped);
    Json value(std::move(object));
    const bool changed = applyDefaults(value, resource.custom->schema);
    object = std::move(value.get_object());
    return changed || !dropped.empty();
}

namespace {

/// A value as a text column shows it.
std::string printed(const Json& value) {
    return value.is_string() ? std::string(view(value.get_string())) : printJson(value);
}

Json cell(std::string_view type, const Json& value) {
    if (type == "integer" && value.is_number())
        return value.to_number<std::int64_t>();
    if (type == "number" && value.is_number())
        return value;
    if (type == "boolean" && value.is_bool())
        return value;
    if (type == "date" && value.is_string())
        return boost::json::string(ageSince(view(value.get_string())));
    return nullptr;
}

} // namespace

JsonArray cells(const Resource& resource, const JsonObject& object) {
    JsonArray row{stringAt(object, {"metadata", "name"})};
    for (const auto& [type, path] : resource.custom->columns) {
        const auto found = path.find(object);
        if (found.empty() || found.front()->is_null()) {
            row.emplace_back(nullptr);
        } else if (type == "string") {
            std::string text;
            for (const Json* value : found)
                text += (text.empty() ? "" : " ") + printed(*value);
            row.emplace_back(text);
        } else {
            row.push_back(cell(type, *found.front()));
        }
    }
    return row;
}

} // namespace slipway::api::custom
