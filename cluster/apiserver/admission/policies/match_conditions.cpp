#include "cluster/apiserver/admission/policies/match_conditions.h"

#include "cluster/apiserver/admission/webhooks/webhook.h"

namespace slipway::apiserver::admission {

using api::Json;
using api::JsonObject;

api::cel::Expression::Variables variablesOf(const Request& request, const ClusterState& cluster) {
    api::cel::Expression::Variables variables;
    JsonObject review = reviewOf(request, {});
    JsonObject asked = review["request"].as_object();
    variables["object"] = asked["object"];
    variables["oldObject"] = asked["oldObject"];
    const std::string ns(api::stringAt(asked, {"namespace"}));
    const auto found = ns.empty() ? nullptr : cluster.find("", "namespaces", {}, ns);
    variables["namespaceObject"] = found ? Json(*found) : Json();
    asked.erase("object");
    asked.erase("oldObject");
    variables["request"] = std::move(asked);
    return variables;
}

std::expected<Json, std::string> valueOf(std::string_view expression,
                                         const api::cel::Expression::Variables& variables) {
    const auto parsed = api::cel::Expression::parse(expression);
    return parsed ? parsed->evaluate(variables) : std::unexpected(parsed.error());
}

std::expected<bool, std::string> conditionsHold(const JsonObject& spec,
                                                const api::cel::Expression::Variables& variables) {
    const Json* conditions = spec.if_contains("matchConditions");
    std::optional<std::string> problem;
    if (conditions != nullptr && conditions->is_array())
        for (const Json& condition : conditions->get_array()) {
            const auto value = valueOf(api::stringAt(condition, {"expression"}), variables);
            if (!value)
                problem = value.error();
            else if (*value != Json(true))
                return false;
        }
    if (problem)
        return std::unexpected(*problem);
    return true;
}

} // namespace slipway::apiserver::admission
