#include "cluster/api/selectors.h"
#include "cluster/api/types/meta_v1.h"
#include "cluster/apiserver/admission/webhooks/webhook.h"

#include <algorithm>

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::JsonObject;
using api::stringAt;

using Labels = std::map<std::string, std::string>;

Labels typedLabels(const JsonObject* object) {
    Labels labels;
    const Json* found = object == nullptr ? nullptr : api::find(*object, {"metadata", "labels"});
    if (found != nullptr && found->is_object())
        for (const auto& [key, value] : found->get_object())
            if (value.is_string())
                labels.emplace(key, api::view(value.get_string()));
    return labels;
}

bool has(const Json& rule, std::string_view member, std::string_view word) {
    const Json* list = api::find(rule, {member});
    return list != nullptr && list->is_array() &&
           std::ranges::any_of(list->get_array(), [&](const Json& one) { return one == "*" || one == Json(word); });
}

bool hasResource(const Json& rule, std::string_view resource, std::string_view subresource) {
    const Json* list = api::find(rule, {"resources"});
    if (list == nullptr || !list->is_array())
        return false;
    return std::ranges::any_of(list->get_array(), [&](const Json& one) {
        const std::string_view pattern = one.is_string() ? api::view(one.get_string()) : std::string_view();
        const std::size_t slash = pattern.find('/');
        const std::string_view main = pattern.substr(0, slash),
                               sub = slash == pattern.npos ? std::string_view() : pattern.substr(slash + 1);
        return (main == "*" || main == resource) && (sub == subresource || sub == "*");
    });
}

bool namesObject(const Json& rule, const Request& request) {
    const Json* names = api::find(rule, {"resourceNames"});
    return names == nullptr || !names->is_array() || names->get_array().empty() ||
           std::ranges::find(names->get_array(), Json(request.name())) != names->get_array().end();
}

bool ruleMatches(const Json& rule, const Request& request) {
    const std::string_view scope = stringAt(rule, {"scope"});
    return (scope.empty() || scope == "*" || (scope == "Namespaced") == request.resource.namespaced) &&
           has(rule, "operations", operationName(request.operation)) &&
           has(rule, "apiGroups", request.resource.group) && has(rule, "apiVersions", request.resource.version) &&
           hasResource(rule, request.resource.name, request.subresource) && namesObject(rule, request);
}

bool anyRule(const JsonObject& scope, std::string_view member, const Request& request) {
    const Json* rules = scope.if_contains(member);
    return rules != nullptr && rules->is_array() &&
           std::ranges::any_of(rules->get_array(), [&](const Json& rule) { return ruleMatches(rule, request); });
}

bool selects(const JsonObject& scope, std::string_view member, const Labels& labels) {
    const Json* selector = scope.if_contains(member);
    if (selector == nullptr)
        return true;
    const auto typed = api::fromJson<api::meta_v1::LabelSelector>(*selector);
    return typed && api::matches(*typed, labels);
}

bool namespaceSelected(const JsonObject& scope, const Request& request, const ClusterState& cluster) {
    if (request.resource.group.empty() && request.resource.name == "namespaces")
        return selects(scope, "namespaceSelector", typedLabels(&request.object));
    if (!request.resource.namespaced)
        return true;
    const std::string nsName(request.operation == Operation::connect ? request.connectedNs : request.ns());
    const auto ns = cluster.find("", "namespaces", {}, nsName);
    return selects(scope, "namespaceSelector", typedLabels(ns ? &*ns : nullptr));
}

} // namespace

std::string_view operationName(Operation operation) {
    switch (operation) {
    case Operation::create:
        return "CREATE";
    case Operation::update:
        return "UPDATE";
    case Operation::remove:
        return "DELETE";
    case Operation::connect:
        return "CONNECT";
    }
    return {};
}

std::vector<Webhook> configuredWebhooks(const ClusterState& cluster, std::string_view resource) {
    std::vector<Webhook> hooks;
    if (!cluster.any("admissionregistration.k8s.io", resource, {}))
        return hooks;
    for (const JsonObject& configuration : cluster.all("admissionregistration.k8s.io", resource)) {
        const Json* list = configuration.if_contains("webhooks");
        if (list == nullptr || !list->is_array())
            continue;
        for (const Json& entry : list->get_array()) {
            if (!entry.is_object())
                continue;
            Webhook hook{std::string(stringAt(entry, {"name"})), entry.get_object()};
            hook.failsClosed = stringAt(entry, {"failurePolicy"}) != "Ignore";
            hook.reinvoked = stringAt(entry, {"reinvocationPolicy"}) == "IfNeeded";
            hook.timeout = std::chrono::seconds(
                std::clamp<std::int64_t>(api::intAt(hook.spec, {"timeoutSeconds"}).value_or(10), 1, 30));
            hooks.push_back(std::move(hook));
        }
    }
    return hooks;
}

bool reaches(const JsonObject& scope, std::string_view rulesMember, const Request& request,
             const ClusterState& cluster) {
    const bool ruled = scope.contains(rulesMember) ? anyRule(scope, rulesMember, request) : rulesMember != "rules";
    if (!ruled || anyRule(scope, "excludeResourceRules", request))
        return false;
    // Either form of the object is enough: a label taken away does not let it slip.
    return namespaceSelected(scope, request, cluster) &&
           (selects(scope, "objectSelector", typedLabels(&request.object)) ||
            (request.before != nullptr && selects(scope, "objectSelector", typedLabels(request.before))));
}

bool selectorMatches(const JsonObject& selector, const JsonObject& object) {
    const auto typed = api::fromJson<api::meta_v1::LabelSelector>(Json(selector));
    return typed && api::matches(*typed, typedLabels(&object));
}

bool matches(const Webhook& hook, const Request& request, const ClusterState& cluster) {
    return reaches(hook.spec, "rules", request, cluster);
}

} // namespace slipway::apiserver::admission
