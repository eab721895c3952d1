#include "cluster/api/validation_at.h"
#include "cluster/api/validation_pod_parts.h"

#include <set>

namespace slipway::api {
namespace {

void validateNodeExpression(const At& expression) {
    const std::string_view op = expression.text("operator");
    const std::size_t values = expression.list("values").size();
    if (op == "In" || op == "NotIn") {
        if (values == 0)
            expression.require("values", "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (op == "Exists" || op == "DoesNotExist") {
        if (values > 0)
            expression.forbid("values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else if (op == "Gt" || op == "Lt") {
        if (values != 1)
            expression.require("values", "must be specified single value when `operator` is 'Lt' or 'Gt'");
    } else {
        expression.invalid("operator", "not a valid selector operator", Json(op));
    }
    if (const auto problem = qualifiedNameProblem(expression.text("key")))
        expression.invalid("key", *problem, Json(expression.text("key")));
}

void validateNodeField(const At& expression) {
    const std::string_view op = expression.text("operator");
    if (op != "In" && op != "NotIn")
        expression.invalid("operator", "not a valid selector operator", Json(op));
    else if (expression.list("values").size() != 1)
        expression.require("values", "must be only one value when `operator` is 'In' or 'NotIn' for node field "
                                     "selector");
    if (expression.text("key") != "metadata.name")
        expression.invalid("key", "not a valid field selector key", Json(expression.text("key")));
}

void validateNodeTerm(const At& term) {
    term.each("matchExpressions", validateNodeExpression);
    term.each("matchFields", validateNodeField);
}

void validateWeight(const At& term) {
    if (const auto weight = term.number("weight").value_or(0); weight < 1 || weight > 100)
        term.invalid("weight", "must be in the range 1-100", Json(weight));
}

void validateTopologyKey(const At& owner) {
    if (owner.needs("topologyKey", "can not be empty"))
        owner.judge("topologyKey", qualifiedNameProblem);
}

void validatePodTerm(const At& term) {
    validateLabelSelector(term, "labelSelector");
    validateLabelSelector(term, "namespaceSelector");
    term.eachText("namespaces", [&](std::string_view name, const std::string& path) {
        if (const auto problem = labelProblem(name))
            term.causes().push_back(invalidValue(path, Json(name), *problem));
    });
    validateTopologyKey(term);
}

void validatePodAffinity(const At& affinity) {
    affinity.each("requiredDuringSchedulingIgnoredDuringExecution", validatePodTerm);
    affinity.each("preferredDuringSchedulingIgnoredDuringExecution", [](const At& weighted) {
        validateWeight(weighted);
        validatePodTerm(weighted.in("podAffinityTerm"));
    });
}

/// A toleration as Kubernetes prints it: its internal struct.
Json internal(const At& toleration) {
    return JsonObject{{"Key", toleration.text("key")},
                      {"Operator", toleration.text("operator")},
                      {"Value", toleration.text("value")},
                      {"Effect", toleration.text("effect")},
                      {"TolerationSeconds", toleration.value("tolerationSeconds")}};
}

} // namespace

void validateNodeSelector(const At& owner, std::string_view member) {
    if (!owner.has(member))
        return;
    const At selector = owner.in(member);
    if (selector.list("nodeSelectorTerms").empty())
        selector.require("nodeSelectorTerms", "must have at least one node selector term");
    selector.each("nodeSelectorTerms", validateNodeTerm);
}

void validateAffinity(const At& spec) {
    const At affinity = spec.in("affinity"), node = affinity.in("nodeAffinity");
    validateNodeSelector(node, "requiredDuringSchedulingIgnoredDuringExecution");
    node.each("preferredDuringSchedulingIgnoredDuringExecution", [](const At& weighted) {
        validateWeight(weighted);
        validateNodeTerm(weighted.in("preference"));
    });
    validatePodAffinity(affinity.in("podAffinity"));
    validatePodAffinity(affinity.in("podAntiAffinity"));
}

void validateTopologySpread(const At& spec) {
    const JsonArray& all = spec.list("topologySpreadConstraints");
    std::size_t next = 0;
    spec.each("topologySpreadConstraints", [&](const At& constraint) {
        ++next;
        if (const auto skew = constraint.number("maxSkew").value_or(0); skew <= 0)
            constraint.invalid("maxSkew", "must be greater than zero", Json(skew));
        validateTopologyKey(constraint);
        const std::string_view when = constraint.text("whenUnsatisfiable");
        if (when != "DoNotSchedule" && when != "ScheduleAnyway")
            constraint.causes().push_back(
                notSupported(constraint.pathOf("whenUnsatisfiable"), Json(when), {"DoNotSchedule", "ScheduleAnyway"}));
        const bool repeated =
            std::any_of(all.begin() + static_cast<std::ptrdiff_t>(next), all.end(), [&](const Json& other) {
                return stringAt(other, {"topologyKey"}) == constraint.text("topologyKey") &&
                       stringAt(other, {"whenUnsatisfiable"}) == when;
            });
        if (repeated) // said of the first of them
            constraint.causes().push_back(
                duplicateValue(constraint.pathOf("{topologyKey, whenUnsatisfiable}"),
                               Json(std::format("{{{}, {}}}", constraint.text("topologyKey"), when))));
        if (const auto domains = constraint.number("minDomains")) {
            if (*domains <= 0)
                constraint.invalid("minDomains", "must be greater than zero");
            if (when != "DoNotSchedule")
                constraint.invalid(
                    "minDomains",
                    std::format("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {}", when));
        }
        constraint.oneOf("nodeAffinityPolicy", {"Honor", "Ignore"});
        constraint.oneOf("nodeTaintsPolicy", {"Honor", "Ignore"});
        validateLabelSelector(constraint, "labelSelector");
        if (!constraint.list("matchLabelKeys").empty() && !constraint.has("labelSelector"))
            constraint.forbid("matchLabelKeys", "must not be specified when labelSelector is not set");
    });
}

void validateTolerations(const At& spec) {
    spec.each("tolerations", [](const At& toleration) {
        const std::string_view key = toleration.text("key"), op = toleration.text("operator"),
                               value = toleration.text("value");
        toleration.judge("key", qualifiedNameProblem);
        if (key.empty() && op != "Exists")
            toleration.invalid("operator",
                               "operator must be Exists when `key` is empty, which means \"match all values and all "
                               "keys\"",
                               Json(op));
        if (toleration.has("tolerationSeconds") && toleration.text("effect") != "NoExecute")
            toleration.invalid("effect", "effect must be 'NoExecute' when `tolerationSeconds` is set",
                               Json(toleration.text("effect")));
        if (op == "Exists") {
            if (!value.empty())
                toleration.invalid("operator", "value must be empty when `operator` is 'Exists'", internal(toleration));
        } else if (op.empty() || op == "Equal") {
            if (const auto problem = labelValueProblem(value))
                toleration.invalid("operator", *problem, Json(value));
        } else {
            toleration.unsupported("operator", {"Equal", "Exists"});
        }
        toleration.oneOf("effect", {"NoSchedule", "PreferNoSchedule", "NoExecute"});
    });
}

} // namespace slipway::api
