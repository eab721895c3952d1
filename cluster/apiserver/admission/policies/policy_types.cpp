#include "cluster/apiserver/admission/policies/policy_types.h"

#include "cluster/api/cel/admission_types.h"
#include "cluster/api/custom/declared_type.h"
#include "cluster/api/custom/definition.h"
#include "cluster/apiserver/admission/policies/served_kinds.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::stringAt;

constexpr std::size_t mostTypes = 10; ///< that one policy is checked against

using GroupVersionKind = std::tuple<std::string, std::string, std::string>;

const JsonArray& listIn(const Json& owner, std::initializer_list<std::string_view> path) {
    static const JsonArray none;
    const Json* found = api::find(owner, path);
    return found != nullptr && found->is_array() ? found->get_array() : none;
}

/// The texts of a rule's list without those that stand for many; nothing when one of them must not.
std::vector<std::string_view> plainTexts(const Json& rule, std::string_view member, bool all) {
    std::vector<std::string_view> texts;
    for (const Json& one : listIn(rule, {member})) {
        const std::string_view text = one.is_string() ? api::view(one.get_string()) : "*";
        const bool plain = text.find_first_of(all ? "*" : "*/") == text.npos;
        if (!plain && all)
            return {};
        if (plain)
            texts.push_back(text);
    }
    return texts;
}

/// The kinds that a policy names outright.
std::set<GroupVersionKind> kindsOf(const JsonObject& policy, const ClusterState& cluster) {
    std::set<GroupVersionKind> kinds;
    const Json* constraints = api::find(policy, {"spec", "matchConstraints"});
    for (const Json& rule : constraints != nullptr ? listIn(*constraints, {"resourceRules"}) : JsonArray())
        for (std::string_view group : plainTexts(rule, "apiGroups", true))
            for (std::string_view version : plainTexts(rule, "apiVersions", true))
                for (std::string_view name : plainTexts(rule, "resources", false))
                    if (const auto resource = servedResource(cluster, group, version, name);
                        resource && kinds.size() < mostTypes)
                        kinds.emplace(group, version, resource->kind);
    return kinds;
}

api::cel::TypePointer typeOf(const api::Resource* resource) {
    if (resource == nullptr)
        return nullptr;
    return resource->custom != nullptr ? api::custom::declaredType(resource->custom->schema, true).type
                                       : api::cel::declaredTypeOf(*resource->type);
}

std::shared_ptr<const api::Resource> paramsOf(const JsonObject& policy, const ClusterState& cluster) {
    const std::string_view version = stringAt(policy, {"spec", "paramKind", "apiVersion"});
    const std::size_t slash = version.find('/');
    return servedKind(cluster, slash == version.npos ? "" : version.substr(0, slash),
                      slash == version.npos ? version : version.substr(slash + 1),
                      stringAt(policy, {"spec", "paramKind", "kind"}));
}

} // namespace

Refusal policyTypes(Request& request, const ClusterState& cluster) {
    if (request.resource.group != "admissionregistration.k8s.io" ||
        request.resource.name != "validatingadmissionpolicies" || !request.subresource.empty() ||
        request.operation == Operation::remove)
        return {};
    api::cel::AdmissionScope scope;
    scope.params = request.object.contains("spec") && api::find(request.object, {"spec", "paramKind"}) != nullptr;
    scope.param = typeOf(paramsOf(request.object, cluster).get());
    std::vector<std::pair<std::string, std::string>> warnings; ///< by place
    for (const auto& [group, version, kind] : kindsOf(request.object, cluster)) {
        scope.object = typeOf(servedKind(cluster, group, version, kind).get());
        if (scope.object == nullptr)
            continue;
        for (const api::cel::ExpressionFinding& finding : api::cel::checkPolicy(request.object, scope, true)) {
            if (!finding.path.starts_with("spec.validations"))
                continue;
            auto place = std::ranges::find(warnings, finding.path, &std::pair<std::string, std::string>::first);
            if (place == warnings.end())
                place = warnings.insert(place, {finding.path, {}});
            place->second += std::format("{}{}/{}, Kind={}: {}\n", place->second.empty() ? "" : "\n", group, version,
                                         kind, finding.message);
        }
    }
    JsonObject checking;
    if (!warnings.empty()) {
        JsonArray list;
        for (const auto& [path, warning] : warnings)
            list.push_back(JsonObject{{"fieldRef", path}, {"warning", warning}});
        checking["expressionWarnings"] = std::move(list);
    }
    api::objectAt(request.object, {"status"})["typeChecking"] = std::move(checking);
    return {};
}

} // namespace slipway::apiserver::admission
