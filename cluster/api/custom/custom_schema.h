#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::api::custom {

/// The rules of one node (x-kubernetes-validations), compiled.
struct RuleSet;

/// A regular expression of a schema, compiled once. RE2: time linear in the text, as in Kubernetes.
class Pattern;

/// One node of the OpenAPI v3 schema of a custom resource (JSONSchemaProps), read once when its definition is accepted.
/// Immutable after readSchema(); thread-safe. Source: the structural schemas of KEP-2337.
struct Schema {
    std::string type; ///< "object", "array", "string", ...; empty: any, or a number or text
    std::string format;
    bool nullable = false, intOrString = false, preserveUnknown = false, embedded = false;
    ListType listType = ListType::none_; ///< how server-side apply merges the list, and what must be unique in it
    std::vector<std::string> listKeys;
    bool atomicMap = false;

    std::map<std::string, Schema, std::less<>> properties;
    std::unique_ptr<Schema> additional; ///< of members that are not properties
    bool anyAdditional = false;         ///< additionalProperties: true
    std::unique_ptr<Schema> items;
    std::optional<Json> defaultValue;

    std::vector<std::string> required;
    std::vector<Json> enumValues;
    std::optional<double> minimum, maximum, multipleOf;
    bool exclusiveMinimum = false, exclusiveMaximum = false, uniqueItems = false;
    std::optional<std::int64_t> minLength, maxLength, minItems, maxItems, minProperties, maxProperties;
    std::string patternText;
    std::shared_ptr<const Pattern> pattern; ///< null: none, or one that cannot be read
    std::vector<Schema> allOf, anyOf, oneOf;
    std::unique_ptr<Schema> negated;      ///< "not"
    JsonArray ruleProps;                  ///< x-kubernetes-validations as written
    std::shared_ptr<const RuleSet> rules; ///< set by compileRules(); null: none
    bool ruledBelow = false;              ///< whether this node or one below it has rules

    /// The schema of a member of an object: its property, else that of additional members, else null.
    const Schema* member(std::string_view name) const;
};

/// Reads a JSONSchemaProps. Members it does not know are passed over: definitions are judged by validateDefinition().
Schema readSchema(const JsonObject& props);

/// Whether @p text is a regular expression.
bool isPattern(const std::string& text);

/// Drops the members the schema does not know, unless it preserves them; their paths are added to @p unknown (when it
/// is not null). Metadata, apiVersion and kind of the object itself and of embedded objects stay.
void prune(JsonObject& object, const Schema& schema, std::vector<std::string>* unknown);

/// Fills in defaults; null members that may not be null are dropped where there is a default.
/// Returns whether anything was changed.
bool applyDefaults(Json& value, const Schema& schema);

} // namespace slipway::api::custom
