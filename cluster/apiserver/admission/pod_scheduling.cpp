#include "cluster/apiserver/admission/plugins.h"

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::objectAt;
using api::stringAt;

constexpr std::string_view scheduling = "scheduling.k8s.io";

/// Of several default classes the smallest counts.
std::shared_ptr<const JsonObject> defaultPriorityClass(const ClusterState& cluster) {
    std::shared_ptr<const JsonObject> chosen;
    const Objects classes = cluster.all(scheduling, "priorityclasses");
    for (const auto& candidate : classes.shared())
        if (api::boolAt(*candidate, {"globalDefault"}) &&
            (!chosen || api::intAt(*candidate, {"value"}).value_or(0) < api::intAt(*chosen, {"value"}).value_or(0)))
            chosen = candidate;
    return chosen;
}

bool tolerates(const JsonArray& tolerations, std::string_view key) {
    for (const Json& toleration : tolerations) {
        const std::string_view own = stringAt(toleration, {"key"}), effect = stringAt(toleration, {"effect"});
        if ((own == key || own.empty()) && (effect.empty() || effect == "NoExecute"))
            return true;
    }
    return false;
}

} // namespace

Refusal priority(Request& request, const ClusterState& cluster) {
    if (!request.creates("pods"))
        return {};
    JsonObject& spec = objectAt(request.object, {"spec"});
    const std::string name(stringAt(spec, {"priorityClassName"}));
    auto chosen = name.empty() ? defaultPriorityClass(cluster) : cluster.find(scheduling, "priorityclasses", {}, name);
    if (!name.empty() && !chosen)
        return refuse(request, "no PriorityClass with name {} was found", name);
    const JsonObject none, &from = chosen ? *chosen : none;
    if (name.empty() && chosen)
        spec["priorityClassName"] = stringAt(from, {"metadata", "name"});
    const std::int64_t value = api::intAt(from, {"value"}).value_or(0);
    std::string policy(stringAt(from, {"preemptionPolicy"}));
    if (policy.empty())
        policy = "PreemptLowerPriority";
    if (const auto given = api::intAt(spec, {"priority"}); given && *given != value)
        return refuse(request,
                      "the integer value of priority ({}) must not be provided in pod spec; priority admission "
                      "controller computed {} from the given PriorityClass name",
                      *given, value);
    if (const std::string_view given = stringAt(spec, {"preemptionPolicy"}); !given.empty() && given != policy)
        return refuse(request,
                      "the string value of PreemptionPolicy ({}) must not be provided in pod spec; priority admission "
                      "controller computed {} from the given PriorityClass name",
                      given, policy);
    spec["priority"] = value;
    spec["preemptionPolicy"] = policy;
    return {};
}

Refusal priorityClassDefault(Request& request, const ClusterState& cluster) {
    if (request.resource.group != scheduling || request.resource.name != "priorityclasses" ||
        request.operation == Operation::remove || !api::boolAt(request.object, {"globalDefault"}))
        return {};
    const auto present = defaultPriorityClass(cluster);
    if (!present || stringAt(*present, {"metadata", "name"}) == request.name())
        return {};
    return refuse(request, "PriorityClass {} is already marked as default. Only one default can exist",
                  stringAt(*present, {"metadata", "name"}));
}

Refusal defaultTolerationSeconds(Request& request, const ClusterState&) {
    if (!request.writes("pods") || request.operation == Operation::remove)
        return {};
    Json& list = objectAt(request.object, {"spec"})["tolerations"];
    if (!list.is_array())
        list.emplace_array();
    for (std::string_view key : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"})
        if (!tolerates(list.get_array(), key))
            list.get_array().push_back(
                JsonObject{{"key", key}, {"operator", "Exists"}, {"effect", "NoExecute"}, {"tolerationSeconds", 300}});
    return {};
}

} // namespace slipway::apiserver::admission
