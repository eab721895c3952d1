#pragma once

#include "cluster/api/json.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api::custom {

/// A JSONPath as printer columns, scale and selectable fields use them:
/// ".status.conditions[?(@.type==\"Ready\")].status",
/// ".spec['some.key']", ".spec.hosts[0]", ".spec.hosts[*]". Immutable; thread-safe.
class JsonPath {
public:
    /// Nothing when the text is no such path.
    static std::optional<JsonPath> parse(std::string_view text);

    /// Every value found, in order; valid as long as @p object is unchanged.
    std::vector<const Json*> find(const JsonObject& object) const;
    /// The first value found, or null.
    const Json* first(const JsonObject& object) const;

    /// The members on the way when the path is nothing but members; else nothing.
    std::optional<std::vector<std::string>> members() const;

private:
    struct Step {
        enum class Kind { member, index, all, equal, unequal } kind = Kind::member;
        std::string name; ///< of a member, or of the path a filter compares ("type")
        Json value;       ///< what a filter compares with
        std::int64_t index = 0;
    };
    static std::optional<Step> bracket(std::string_view inside);
    static void follow(const Json& value, const Step& step, std::vector<const Json*>& found);

    std::vector<Step> steps_;
};

/// Sets the value at a path of members, making the objects on the way.
void setAt(JsonObject& object, const std::vector<std::string>& members, Json value);

} // namespace slipway::api::custom
