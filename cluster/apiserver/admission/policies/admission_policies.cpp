#include "cluster/apiserver/admission/policies/admission_policies.h"

#include "cluster/apiserver/admission/policies/match_conditions.h"
#include "cluster/apiserver/admission/webhooks/webhook.h"

#include <algorithm>

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::stringAt;
using Variables = api::cel::Expression::Variables;

constexpr std::string_view group = "admissionregistration.k8s.io";

/// One validation that did not hold.
struct Finding {
    std::string message, reason;
};

const JsonObject& objectIn(const JsonObject& owner, std::initializer_list<std::string_view> path) {
    static const JsonObject none;
    const Json* found = api::find(owner, path);
    return found != nullptr && found->is_object() ? found->get_object() : none;
}

const JsonArray& listIn(const JsonObject& owner, std::initializer_list<std::string_view> path) {
    static const JsonArray none;
    const Json* found = api::find(owner, path);
    return found != nullptr && found->is_array() ? found->get_array() : none;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n"), last = text.find_last_not_of(" \t\r\n");
    return first == text.npos ? std::string_view() : text.substr(first, last - first + 1);
}

bool takesIn(const JsonObject& scope, const Request& request, const ClusterState& cluster) {
    return scope.empty() || reaches(scope, "resourceRules", request, cluster);
}

/// A parameter object, for a policy that wants one; nothing when there is none of that name.
std::vector<Json> parametersOf(const JsonObject& policy, const JsonObject& binding, const Request& request,
                               const ClusterState& cluster) {
    const std::string version(stringAt(policy, {"spec", "paramKind", "apiVersion"})),
        kind(stringAt(policy, {"spec", "paramKind", "kind"}));
    const std::size_t slash = version.find('/');
    const api::Resource* resource = api::findKind(slash == version.npos ? "" : version.substr(0, slash),
                                                  slash == version.npos ? version : version.substr(slash + 1), kind);
    if (resource == nullptr)
        return {};
    std::string ns(stringAt(binding, {"spec", "paramRef", "namespace"}));
    if (ns.empty() && resource->namespaced)
        ns = request.ns();
    if (const std::string_view name = stringAt(binding, {"spec", "paramRef", "name"}); !name.empty()) {
        const auto found = cluster.find(resource->group, resource->name, resource->namespaced ? ns : "", name);
        return found ? std::vector<Json>{*found} : std::vector<Json>();
    }
    std::vector<Json> chosen;
    const JsonObject& selector = objectIn(binding, {"spec", "paramRef", "selector"});
    for (const JsonObject& object : cluster.all(resource->group, resource->name, ns))
        if (selectorMatches(selector, object))
            chosen.emplace_back(object);
    return chosen;
}

/// The policy's own variables, each seeing those before it. One that has no value is not there.
void addVariables(const JsonObject& policy, Variables& variables) {
    variables["variables"] = JsonObject();
    for (const Json& entry : listIn(policy, {"spec", "variables"}))
        if (auto value = valueOf(stringAt(entry, {"expression"}), variables))
            variables["variables"].as_object()[stringAt(entry, {"name"})] = std::move(*value);
}

std::vector<Finding> judge(const JsonObject& policy, const Variables& variables) {
    std::vector<Finding> findings;
    const bool failsClosed = stringAt(policy, {"spec", "failurePolicy"}) != "Ignore";
    for (const Json& validation : listIn(policy, {"spec", "validations"})) {
        const std::string_view expression = trimmed(stringAt(validation, {"expression"}));
        const auto value = valueOf(expression, variables);
        if (value && *value == Json(true))
            continue;
        if (!value) {
            if (failsClosed)
                findings.push_back(
                    {std::format("expression '{}' resulted in error: {}", expression, value.error()), "Invalid"});
            continue;
        }
        std::string message(trimmed(stringAt(validation, {"message"})));
        if (const std::string_view own = stringAt(validation, {"messageExpression"}); !own.empty())
            if (const auto text = valueOf(own, variables); text && text->is_string())
                message = api::view(text->get_string());
        if (message.empty())
            message = std::format("failed expression: {}", expression);
        const std::string reason(stringAt(validation, {"reason"}));
        findings.push_back({message, reason.empty() ? "Invalid" : reason});
    }
    return findings;
}

int codeOf(std::string_view reason) {
    return reason == "Unauthorized" ? 401 : reason == "Forbidden" ? 403 : reason == "RequestEntityTooLarge" ? 413 : 422;
}

bool acts(const JsonObject& binding, std::string_view action) {
    const JsonArray& actions = listIn(binding, {"spec", "validationActions"});
    return std::ranges::find(actions, Json(action)) != actions.end();
}

Refusal enforce(Request& request, const JsonObject& policy, const JsonObject& binding,
                const std::vector<Finding>& findings) {
    const std::string_view name = stringAt(policy, {"metadata", "name"}),
                           bound = stringAt(binding, {"metadata", "name"});
    for (const Finding& finding : findings) {
        if (acts(binding, "Warn"))
            request.warnings.push_back(std::format("Validation failed for ValidatingAdmissionPolicy '{}' with binding "
                                                   "'{}': {}",
                                                   name, bound, finding.message));
        if (!acts(binding, "Deny"))
            continue;
        api::Status status = refuse(request, "ValidatingAdmissionPolicy '{}' with binding '{}' denied request: {}",
                                    name, bound, finding.message);
        status.reason = finding.reason;
        status.code = codeOf(finding.reason);
        status.causes = {{"", finding.message, ""}};
        return status;
    }
    return {};
}

Refusal askPolicy(Request& request, const JsonObject& policy, const Objects& bindings,
                  const ClusterState& cluster) {
    if (!takesIn(objectIn(policy, {"spec", "matchConstraints"}), request, cluster))
        return {};
    Variables variables = variablesOf(request, cluster);
    const auto holds = conditionsHold(objectIn(policy, {"spec"}), variables);
    for (const JsonObject& binding : bindings) {
        if (stringAt(binding, {"spec", "policyName"}) != stringAt(policy, {"metadata", "name"}) ||
            !takesIn(objectIn(binding, {"spec", "matchResources"}), request, cluster))
            continue;
        std::vector<Json> parameters{Json()};
        if (api::find(policy, {"spec", "paramKind"}) != nullptr)
            parameters = parametersOf(policy, binding, request, cluster);
        if (parameters.empty() && stringAt(binding, {"spec", "paramRef", "parameterNotFoundAction"}) == "Deny")
            return enforce(request, policy, binding,
                           {{"failed to configure binding: no params found for policy binding with `Deny` "
                             "parameterNotFoundAction",
                             "Invalid"}});
        for (const Json& parameter : parameters) {
            variables["params"] = parameter;
            const auto now = holds ? holds : conditionsHold(objectIn(policy, {"spec"}), variables);
            if (now && !*now)
                continue;
            addVariables(policy, variables);
            if (auto refusal = enforce(request, policy, binding, judge(policy, variables)))
                return refusal;
        }
    }
    return {};
}

} // namespace

Refusal askValidatingPolicies(Request& request, const ClusterState& cluster) {
    if (request.resource.group == group || request.user.name == "system:apiserver" ||
        request.resource.name.ends_with("reviews") || !cluster.any(group, "validatingadmissionpolicybindings", {}))
        return {};
    const auto bindings = cluster.all(group, "validatingadmissionpolicybindings");
    for (const JsonObject& policy : cluster.all(group, "validatingadmissionpolicies"))
        if (auto refusal = askPolicy(request, policy, bindings, cluster))
            return refusal;
    return {};
}

} // namespace slipway::apiserver::admission
