#include "cluster/api/schema.h"
#include "cluster/api/selectors.h"
#include "cluster/api/types/meta_v1.h"
#include "cluster/api/validation_at.h"
#include "cluster/api/validation_kinds.h"

#include <algorithm>
#include <format>

namespace slipway::api {
namespace {

std::map<std::string, std::string> labelsAt(const JsonObject& object, std::initializer_list<std::string_view> path) {
    std::map<std::string, std::string> labels;
    if (const Json* found = find(object, path); found != nullptr && found->is_object())
        for (const auto& [key, value] : found->get_object())
            if (value.is_string())
                labels.emplace(key, view(value.get_string()));
    return labels;
}

/// The kind's name in the message about an empty selector; Kubernetes says deployment for replica sets too.
std::string_view selectorOwner(const Resource& resource) {
    return resource.name == "statefulsets" ? "statefulset" : resource.name == "daemonsets" ? "daemonset" : "deployment";
}

void validateSelector(const Resource& resource, const JsonObject& object, Causes& causes) {
    const Json* selector = find(object, {"spec", "selector"});
    const std::size_t before = causes.size();
    bool matching = false;
    if (selector == nullptr || !selector->is_object()) {
        causes.push_back(requiredValue("spec.selector", ""));
    } else {
        validateLabelSelector(At(object, {}, causes).in("spec"), "selector");
        if (causes.size() > before) // one that cannot be read selects nothing that could be compared
            return causes.push_back(invalidValue("spec.selector", *selector, "invalid label selector"));
        const auto typed = fromJson<meta_v1::LabelSelector>(*selector);
        if (typed && typed->matchLabels.empty() && typed->matchExpressions.empty())
            causes.push_back(invalidValue("spec.selector", *selector,
                                          std::format("empty selector is invalid for {}", selectorOwner(resource))));
        matching = typed && matches(*typed, labelsAt(object, {"spec", "template", "metadata", "labels"}));
    }
    if (!matching) {
        const Json* labels = find(object, {"spec", "template", "metadata", "labels"});
        causes.push_back(invalidValue("spec.template.metadata.labels", labels == nullptr ? Json() : *labels,
                                      "`selector` does not match template `labels`"));
    }
}

/// The selector of a replication controller is a plain map.
void validateMapSelector(const JsonObject& object, Causes& causes) {
    const auto selector = labelsAt(object, {"spec", "selector"}),
               labels = labelsAt(object, {"spec", "template", "metadata", "labels"});
    if (selector.empty())
        causes.push_back(requiredValue("spec.selector", ""));
    const bool matching = std::ranges::all_of(selector, [&](const auto& wanted) {
        const auto found = labels.find(wanted.first);
        return found != labels.end() && found->second == wanted.second;
    });
    if (!matching)
        causes.push_back(
            invalidValue("spec.template.metadata.labels",
                         labels.empty() ? Json() : *find(object, {"spec", "template", "metadata", "labels"}),
                         "`selector` does not match template `labels`"));
}

/// Where a share or a count is zero; "0%" and "0" are.
bool isZero(const Json* value) {
    return value == nullptr || *value == Json(0) || *value == Json("0%");
}

void validateShare(const Json* value, const std::string& path, Causes& causes) {
    if (value == nullptr)
        return;
    if (value->is_int64() && value->get_int64() < 0)
        causes.push_back(invalidValue(path, *value, "must be greater than or equal to 0"));
    if (!value->is_string())
        return;
    const std::string_view text = view(value->get_string());
    if (text.size() < 2 || !text.ends_with('%') || text.find_first_not_of("0123456789") != text.size() - 1)
        causes.push_back(invalidValue(path, *value,
                                      "a valid percent string must be a numeric string followed by an ending '%' (e.g. "
                                      "'1%',  or '93%', regex used for validation is '[0-9]+%')"));
}

void validateStrategy(const JsonObject& spec, Causes& causes) {
    const Json* rolling = find(spec, {"strategy", "rollingUpdate"});
    if (stringAt(spec, {"strategy", "type"}) == "Recreate" && rolling != nullptr)
        causes.push_back(
            forbiddenField("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'"));
    if (stringAt(spec, {"strategy", "type"}) != "RollingUpdate" || rolling == nullptr)
        return;
    const Json *unavailable = find(*rolling, {"maxUnavailable"}), *surge = find(*rolling, {"maxSurge"});
    validateShare(unavailable, "spec.strategy.rollingUpdate.maxUnavailable", causes);
    validateShare(surge, "spec.strategy.rollingUpdate.maxSurge", causes);
    if (isZero(unavailable) && isZero(surge))
        causes.push_back(invalidValue("spec.strategy.rollingUpdate.maxUnavailable",
                                      unavailable == nullptr ? Json(0) : *unavailable,
                                      "may not be 0 when `maxSurge` is 0"));
}

void validateStatefulSetUpdate(const JsonObject& before, const JsonObject& after, Causes& causes) {
    const auto rest = [](const JsonObject& object) {
        const Json* spec = find(object, {"spec"});
        JsonObject kept = spec != nullptr && spec->is_object() ? spec->get_object() : JsonObject();
        for (std::string_view open : {"replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
                                      "persistentVolumeClaimRetentionPolicy", "minReadySeconds"})
            kept.erase(open);
        return kept;
    };
    if (rest(before) != rest(after))
        causes.push_back(forbiddenField("spec",
                                        "updates to statefulset spec for fields other than 'replicas', 'ordinals', "
                                        "'template', 'updateStrategy', 'revisionHistoryLimit', "
                                        "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"));
}

void validateDaemonSet(const At& spec) {
    const At strategy = spec.in("updateStrategy"), rolling = strategy.in("rollingUpdate");
    strategy.oneOf("type", {"OnDelete", "RollingUpdate"});
    if (strategy.text("type") != "RollingUpdate")
        return;
    validateShare(find(rolling.object(), {"maxUnavailable"}), rolling.pathOf("maxUnavailable"), spec.causes());
    validateShare(find(rolling.object(), {"maxSurge"}), rolling.pathOf("maxSurge"), spec.causes());
    const bool unavailable = !isZero(find(rolling.object(), {"maxUnavailable"})),
               surge = !isZero(find(rolling.object(), {"maxSurge"}));
    if (unavailable && surge)
        rolling.invalid("maxSurge", "may not be set when maxUnavailable is non-zero");
    else if (!unavailable && !surge)
        rolling.require("maxUnavailable", "cannot be 0 when maxSurge is 0");
}

void validateStatefulSet(const At& spec) {
    spec.oneOf("podManagementPolicy", {"OrderedReady", "Parallel"});
    const At strategy = spec.in("updateStrategy");
    strategy.oneOf("type", {"OnDelete", "RollingUpdate"});
    if (strategy.text("type") == "OnDelete" && strategy.has("rollingUpdate"))
        strategy.invalid("rollingUpdate", "only allowed for updateStrategy 'RollingUpdate'");
    strategy.in("rollingUpdate").notNegative("partition");
    spec.in("ordinals").notNegative("start");
    const At retention = spec.in("persistentVolumeClaimRetentionPolicy");
    for (std::string_view member : {"whenDeleted", "whenScaled"})
        retention.oneOf(member, {"Delete", "Retain"});
    spec.each("volumeClaimTemplates", [](const At& claim) { validateClaimSpec(claim.in("spec")); });
}

/// Only pods that are started again may be kept at a number; only a job may have an end.
void validatePodLife(const Resource& resource, const At& pod) {
    if (const std::string_view policy = pod.text("restartPolicy"); !policy.empty() && policy != "Always")
        pod.unsupported("restartPolicy", {"Always"});
    if (!pod.has("activeDeadlineSeconds"))
        return;
    if (resource.name == "daemonsets")
        pod.invalid("activeDeadlineSeconds", "must not be specified");
    else
        pod.forbid("activeDeadlineSeconds",
                   std::format("activeDeadlineSeconds in {} is not Supported",
                               resource.name == "statefulsets"             ? "StatefulSet"
                               : resource.name == "replicationcontrollers" ? "ReplicationController"
                                                                           : "ReplicaSet"));
}

/// Adds the volumes that the claims of a stateful set will be in its pods, so that containers may mount them.
void addClaimVolumes(const JsonArray& claims, JsonObject& podSpec) {
    Json& volumes = podSpec["volumes"];
    if (!volumes.is_array())
        volumes.emplace_array();
    for (const Json& claim : claims) {
        const std::string_view name = stringAt(claim, {"metadata", "name"});
        if (std::ranges::none_of(volumes.get_array(),
                                 [&](const Json& volume) { return stringAt(volume, {"name"}) == name; }))
            volumes.get_array().push_back(
                JsonObject{{"name", name}, {"persistentVolumeClaim", JsonObject{{"claimName", name}}}});
    }
}

} // namespace

void validateTemplate(const JsonObject& owner, const std::string& path, Causes& causes) {
    const At pod = At(owner, path, causes).in("template"), metadata = pod.in("metadata");
    validateLabels(metadata.object().if_contains("labels"), metadata.pathOf("labels"), causes);
    const Json* claims = find(owner, {"volumeClaimTemplates"});
    if (claims == nullptr || !claims->is_array())
        return validatePodSpec(pod.in("spec").object(), pod.pathOf("spec"), causes);
    JsonObject withClaims = pod.in("spec").object();
    addClaimVolumes(claims->get_array(), withClaims);
    validatePodSpec(withClaims, pod.pathOf("spec"), causes);
}

void validateWorkload(const Resource& resource, const JsonObject& object, Causes& causes) {
    const Json* found = object.if_contains("spec");
    const JsonObject none, &spec = found != nullptr && found->is_object() ? found->get_object() : none;
    for (std::string_view number : {"replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"})
        validateNonNegative(spec, number, "spec", causes);
    if (resource.name == "replicationcontrollers")
        validateMapSelector(object, causes);
    else
        validateSelector(resource, object, causes);
    validateTemplate(spec, "spec", causes);
    const At at(spec, "spec", causes);
    validatePodLife(resource, at.in("template").in("spec"));
    if (resource.name == "daemonsets")
        validateDaemonSet(at);
    if (resource.name == "statefulsets")
        validateStatefulSet(at);
    if (resource.name != "deployments")
        return;
    validateStrategy(spec, causes);
    const auto deadline = intAt(spec, {"progressDeadlineSeconds"});
    if (deadline && *deadline <= intAt(spec, {"minReadySeconds"}).value_or(0))
        causes.push_back(
            invalidValue("spec.progressDeadlineSeconds", Json(*deadline), "must be greater than minReadySeconds"));
}

void validateWorkloadUpdate(const Resource& resource, const JsonObject& before, const JsonObject& after,
                            Causes& causes) {
    if (resource.name == "statefulsets")
        validateStatefulSetUpdate(before, after, causes);
    else if (resource.name != "replicationcontrollers")
        validateImmutable(At(before, {}, causes).in("spec"), At(after, {}, causes).in("spec"), "selector");
}

} // namespace slipway::api
