#include "cluster/api/schema.h"
#include "cluster/api/selectors.h"
#include "cluster/api/types/meta_v1.h"
#include "cluster/api/validation_kinds.h"

#include <algorithm>
#include <array>
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

void validateExpressions(const JsonObject& selector, const std::string& path, Causes& causes) {
    std::size_t index = 0;
    for (const Json& expression : listAt(selector, "matchExpressions")) {
        const std::string at = std::format("{}.matchExpressions[{}]", path, index++);
        if (!expression.is_object())
            continue;
        const std::string_view op = stringAt(expression, {"operator"});
        const bool values = !listAt(expression.get_object(), "values").empty();
        if ((op == "In" || op == "NotIn") && !values)
            causes.push_back(requiredValue(at + ".values", "must be specified when `operator` is 'In' or 'NotIn'"));
        else if ((op == "Exists" || op == "DoesNotExist") && values)
            causes.push_back(
                forbiddenField(at + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
        else if (op != "In" && op != "NotIn" && op != "Exists" && op != "DoesNotExist")
            causes.push_back(invalidValue(at + ".operator", Json(op), "not a valid selector operator"));
        if (const auto problem = qualifiedNameProblem(stringAt(expression, {"key"})))
            causes.push_back(invalidValue(at + ".key", Json(stringAt(expression, {"key"})), *problem));
    }
}

/// The kind's name in the message about an empty selector; Kubernetes says deployment for replica sets too.
std::string_view selectorOwner(const Resource& resource) {
    return resource.name == "statefulsets" ? "statefulset" : resource.name == "daemonsets" ? "daemonset" : "deployment";
}

void validateSelector(const Resource& resource, const JsonObject& object, Causes& causes) {
    const Json* selector = find(object, {"spec", "selector"});
    bool matching = false;
    if (selector == nullptr || !selector->is_object()) {
        causes.push_back(requiredValue("spec.selector", ""));
    } else {
        validateLabels(find(*selector, {"matchLabels"}), "spec.selector.matchLabels", causes);
        validateExpressions(selector->get_object(), "spec.selector", causes);
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
        causes.push_back(invalidValue("spec.template.metadata.labels", *find(object, {"spec", "selector"}),
                                      "`selector` does not match template `labels`"));
}

void validateTemplate(const JsonObject& owner, const std::string& path, Causes& causes) {
    validateLabels(find(owner, {"template", "metadata", "labels"}), path + ".template.metadata.labels", causes);
    const Json* spec = find(owner, {"template", "spec"});
    validatePodSpec(spec != nullptr && spec->is_object() ? spec->get_object() : JsonObject(), path + ".template.spec",
                    causes);
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

void validateImmutable(const JsonObject& before, const JsonObject& after, std::string_view member, Causes& causes) {
    const Json *old = find(before, {"spec", member}), *now = find(after, {"spec", member});
    if ((old == nullptr) != (now == nullptr) || (old != nullptr && *old != *now))
        causes.push_back(
            invalidValue(std::format("spec.{}", member), now == nullptr ? Json() : *now, "field is immutable"));
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

} // namespace

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
    if (const std::string_view policy = stringAt(spec, {"template", "spec", "restartPolicy"});
        !policy.empty() && policy != "Always")
        causes.push_back(notSupported("spec.template.spec.restartPolicy", Json(policy), {"Always"}));
    if (find(spec, {"template", "spec", "activeDeadlineSeconds"}) != nullptr)
        causes.push_back(forbiddenField("spec.template.spec.activeDeadlineSeconds",
                                        "activeDeadlineSeconds in ReplicaSet is not Supported"));
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
        validateImmutable(before, after, "selector", causes);
}

void validateJob(const JsonObject& job, Causes& causes) {
    const Json* found = job.if_contains("spec");
    const JsonObject none, &spec = found != nullptr && found->is_object() ? found->get_object() : none;
    for (std::string_view number :
         {"parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"})
        validateNonNegative(spec, number, "spec", causes);
    validateTemplate(spec, "spec", causes);
    if (stringAt(spec, {"template", "spec", "restartPolicy"}) == "Always")
        causes.push_back(requiredValue("spec.template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\""));
    if (stringAt(spec, {"completionMode"}) == "Indexed" && !spec.contains("completions"))
        causes.push_back(requiredValue("spec.completions", "when completion mode is Indexed"));
}

void validateJobUpdate(const JsonObject& before, const JsonObject& after, Causes& causes) {
    for (std::string_view member : {"selector", "template", "completionMode"})
        validateImmutable(before, after, member, causes);
    if (stringAt(after, {"spec", "completionMode"}) != "Indexed")
        validateImmutable(before, after, "completions", causes);
}

void validateCronJob(const JsonObject& job, Causes& causes) {
    const Json* found = job.if_contains("spec");
    const JsonObject none, &spec = found != nullptr && found->is_object() ? found->get_object() : none;
    if (stringAt(spec, {"schedule"}).empty())
        causes.push_back(requiredValue("spec.schedule", ""));
    for (std::string_view number : {"startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"})
        validateNonNegative(spec, number, "spec", causes);
    if (const Json* inner = find(spec, {"jobTemplate", "spec"}); inner != nullptr && inner->is_object()) {
        validateTemplate(inner->get_object(), "spec.jobTemplate.spec", causes);
        if (stringAt(*inner, {"template", "spec", "restartPolicy"}) == "Always")
            causes.push_back(requiredValue("spec.jobTemplate.spec.template.spec.restartPolicy",
                                           "valid values: \"OnFailure\", \"Never\""));
    }
}

} // namespace slipway::api
