#include "cluster/apiserver/admission/plugins.h"
#include "cluster/apiserver/admission/pod_resources.h"

#include <algorithm>

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::JsonObject;
using api::objectAt;
using api::stringAt;

Refusal mergeNodeSelector(const Request& request, JsonObject& spec, const JsonObject& wanted) {
    for (const auto& [key, value] : wanted) {
        JsonObject& own = objectAt(spec, {"nodeSelector"});
        const Json* present = own.if_contains(key);
        if (present != nullptr && *present != value)
            return refuse(request,
                          "conflict: runtimeClass.scheduling.nodeSelector[{}] = {}; pod.spec.nodeSelector[{}] = {}",
                          std::string_view(key), value.is_string() ? api::view(value.get_string()) : "",
                          std::string_view(key), present->is_string() ? api::view(present->get_string()) : "");
        own[key] = value;
    }
    return {};
}

void mergeTolerations(JsonObject& spec, const api::JsonArray& wanted) {
    Json& own = spec["tolerations"];
    if (!own.is_array())
        own.emplace_array();
    for (const Json& toleration : wanted)
        if (std::ranges::find(own.get_array(), toleration) == own.get_array().end())
            own.get_array().push_back(toleration);
}

} // namespace

Refusal runtimeClass(Request& request, const ClusterState& cluster) {
    if (!request.creates("pods"))
        return {};
    JsonObject& spec = objectAt(request.object, {"spec"});
    const std::string name(stringAt(spec, {"runtimeClassName"}));
    if (name.empty())
        return {};
    const auto found = cluster.find("node.k8s.io", "runtimeclasses", {}, name);
    if (!found)
        return refuse(request, "pod rejected: RuntimeClass {} not found", quotedText(name));
    if (const Json* fixed = api::find(*found, {"overhead", "podFixed"})) {
        if (const Json* given = spec.if_contains("overhead"); given != nullptr && amountsOf(given) != amountsOf(fixed))
            return refuse(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        spec["overhead"] = *fixed;
    }
    if (const Json* selector = api::find(*found, {"scheduling", "nodeSelector"});
        selector != nullptr && selector->is_object())
        if (auto refusal = mergeNodeSelector(request, spec, selector->get_object()))
            return refusal;
    if (const Json* tolerations = api::find(*found, {"scheduling", "tolerations"});
        tolerations != nullptr && tolerations->is_array())
        mergeTolerations(spec, tolerations->get_array());
    return {};
}

Refusal runtimeClassOverhead(Request& request, const ClusterState& cluster) {
    if (!request.creates("pods"))
        return {};
    const Json* overhead = api::find(request.object, {"spec", "overhead"});
    if (overhead == nullptr || !overhead->is_object() || overhead->get_object().empty())
        return {};
    const std::string_view name = stringAt(request.object, {"spec", "runtimeClassName"});
    const auto found = name.empty() ? nullptr : cluster.find("node.k8s.io", "runtimeclasses", {}, std::string(name));
    if (!found || api::find(*found, {"overhead", "podFixed"}) == nullptr)
        return refuse(request, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
    return {};
}

} // namespace slipway::apiserver::admission
