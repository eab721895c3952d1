#include "cluster/apiserver/access_control.h"
#include "cluster/apiserver/admission/plugins.h"
#include "cluster/apiserver/authorization/rule_cover.h"

#include <algorithm>

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::JsonObject;
using api::stringAt;
using Rule = api::rbac_v1::PolicyRule;

constexpr std::string_view rbacGroup = "rbac.authorization.k8s.io";

bool allowed(const Request& request, const AccessControl& access, std::string_view verb, std::string_view resource,
             std::string_view ns, std::string_view name) {
    authorization::Attributes attributes;
    attributes.user = request.user.name;
    attributes.groups = request.user.groups;
    attributes.verb = verb;
    attributes.group = rbacGroup;
    attributes.version = "v1";
    attributes.resource = resource;
    attributes.ns = ns;
    attributes.name = name;
    return access.decide(attributes).verdict == authorization::Verdict::allowed;
}

std::vector<Rule> rulesIn(const JsonObject& role) {
    std::vector<Rule> rules;
    if (const Json* list = role.if_contains("rules"); list != nullptr && list->is_array())
        for (const Json& entry : list->get_array())
            if (auto rule = api::fromJson<Rule>(entry))
                rules.push_back(std::move(*rule));
    return rules;
}

Refusal judgeGrant(const Request& request, const AccessControl& access, const std::vector<Rule>& granted) {
    const auto missing = authorization::uncovered(access.rulesFor(request.user, std::string(request.ns())), granted);
    if (missing.empty())
        return {};
    std::string text, groups;
    for (const Rule& rule : missing)
        text += (text.empty() ? "" : "\n") + authorization::printRule(rule);
    for (const std::string& group : request.user.groups)
        groups += (groups.empty() ? "" : " ") + quotedText(group);
    return refuse(request, "user {} (groups=[{}]) is attempting to grant RBAC permissions not currently held:\n{}",
                  quotedText(request.user.name), groups, text);
}

bool same(const Request& request, std::string_view member) {
    const Json *old = request.before->if_contains(member), *now = request.object.if_contains(member);
    return (old == nullptr ? Json() : *old) == (now == nullptr ? Json() : *now);
}

Refusal judgeRole(const Request& request, const AccessControl& access) {
    if (request.before != nullptr && same(request, "rules") && same(request, "aggregationRule"))
        return {};
    if (allowed(request, access, "escalate", request.resource.name, request.ns(), request.name()))
        return {};
    if (const Json* aggregation = request.object.if_contains("aggregationRule");
        aggregation != nullptr && (request.before == nullptr || !same(request, "aggregationRule"))) {
        Rule everything, everywhere;
        everything.verbs = everything.apiGroups = everything.resources = {"*"};
        everywhere.verbs = everywhere.nonResourceURLs = {"*"};
        if (!authorization::uncovered(access.rulesFor(request.user, {}), {everything, everywhere}).empty())
            return refuse(request, "must have cluster-admin privileges to use an aggregationRule");
    }
    return judgeGrant(request, access, rulesIn(request.object));
}

Refusal judgeBinding(const Request& request, const AccessControl& access) {
    if (request.before != nullptr && same(request, "roleRef") && same(request, "subjects"))
        return {};
    const std::string kind(stringAt(request.object, {"roleRef", "kind"})),
        name(stringAt(request.object, {"roleRef", "name"}));
    const std::string_view resource = kind == "Role" ? "roles" : "clusterroles";
    if (allowed(request, access, "bind", resource, request.ns(), name))
        return {};
    const auto granted = access.rulesOf(kind, std::string(request.ns()), name);
    if (!granted)
        return api::notFound(builtIn(rbacGroup, resource), name);
    return judgeGrant(request, access, *granted);
}

} // namespace

Refusal rbacEscalation(Request& request, const ClusterState& cluster) {
    if (request.resource.group != rbacGroup || request.operation == Operation::remove || cluster.access() == nullptr ||
        std::ranges::find(request.user.groups, "system:masters") != request.user.groups.end())
        return {};
    return request.resource.name.ends_with("bindings") ? judgeBinding(request, *cluster.access())
                                                       : judgeRole(request, *cluster.access());
}

} // namespace slipway::apiserver::admission
