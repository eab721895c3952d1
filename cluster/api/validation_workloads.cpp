#include "cluster/api/schema.h"
#include "cluster/api/selectors.h"
#include "cluster/api/types/meta_v1.h"
#include "cluster/api/validation_kinds.h"

#include <algorithm>
#include <format>
#include <set>

namespace slipway::api {
namespace {

std::map<std::string, std::string> templateLabels(const JsonObject& object) {
    std::map<std::string, std::string> labels;
    if (const Json* found = find(object, {"spec", "template", "metadata", "labels"}); found != nullptr && found->is_object())
        for (const auto& [key, value] : found->get_object())
            if (value.is_string())
                labels.emplace(key, view(value.get_string()));
    return labels;
}

void validateSelector(const JsonObject& object, Causes& causes) {
    const Json* selector = find(object, {"spec", "selector"});
    if (selector == nullptr || !selector->is_object()) {
        causes.push_back(requiredValue("spec.selector", ""));
        return;
    }
    const auto typed = fromJson<meta_v1::LabelSelector>(*selector);
    if (typed && typed->matchLabels.empty() && typed->matchExpressions.empty())
        causes.push_back(invalidValue("spec.selector", *selector, "empty selector is invalid for deployment"));
    else if (typed && !matches(*typed, templateLabels(object))) {
        const Json* labels = find(object, {"spec", "template", "metadata", "labels"});
        causes.push_back(invalidValue("spec.template.metadata.labels", labels == nullptr ? Json(JsonObject()) : *labels, "`selector` does not match template `labels`"));
    }
}

} // namespace

void validateWorkload(const Resource& resource, const JsonObject& object, Causes& causes) {
    const Json* spec = object.if_contains("spec");
    if (spec == nullptr || !spec->is_object())
        return;
    for (std::string_view number : {"replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"})
        if (const auto value = intAt(spec->get_object(), {number}); value && *value < 0)
            causes.push_back(invalidValue(std::format("spec.{}", number), Json(*value), "must be greater than or equal to 0"));
    validateSelector(object, causes);
    const Json* pod = find(object, {"spec", "template", "spec"});
    if (pod == nullptr || !pod->is_object()) {
        causes.push_back(requiredValue("spec.template.spec.containers", ""));
        return;
    }
    validateLabels(find(object, {"spec", "template", "metadata", "labels"}), "spec.template.metadata.labels", causes);
    validatePodSpec(pod->get_object(), "spec.template.spec", causes);
    if (const std::string_view policy = stringAt(*pod, {"restartPolicy"}); !policy.empty() && policy != "Always")
        causes.push_back(notSupported("spec.template.spec.restartPolicy", Json(policy), {"Always"}));
    (void)resource;
}

void validateWorkloadUpdate(const Resource&, const JsonObject& before, const JsonObject& after, Causes& causes) {
    const Json *old = find(before, {"spec", "selector"}), *now = find(after, {"spec", "selector"});
    if (old != nullptr && now != nullptr && *old != *now)
        causes.push_back(invalidValue("spec.selector", *now, "field is immutable"));
}

void validateService(const JsonObject& service, Causes& causes) {
    const Json* spec = service.if_contains("spec");
    if (spec == nullptr || !spec->is_object())
        return;
    const std::string_view type = stringAt(*spec, {"type"});
    const Json* list = find(*spec, {"ports"});
    const JsonArray none, &ports = list != nullptr && list->is_array() ? list->get_array() : none;
    if (ports.empty() && type != "ExternalName" && stringAt(*spec, {"clusterIP"}) != "None")
        causes.push_back(requiredValue("spec.ports", ""));
    if (type == "ExternalName" && stringAt(*spec, {"externalName"}).empty())
        causes.push_back(requiredValue("spec.externalName", ""));
    std::set<std::string> names, pairs;
    for (std::size_t i = 0; i < ports.size(); ++i) {
        const std::string at = std::format("spec.ports[{}]", i);
        const auto number = intAt(ports[i].as_object(), {"port"});
        const std::string name(stringAt(ports[i], {"name"}));
        if (!number || *number < 1 || *number > 65535)
            causes.push_back(invalidValue(at + ".port", Json(number.value_or(0)), "must be between 1 and 65535, inclusive"));
        if (name.empty() && ports.size() > 1)
            causes.push_back(requiredValue(at + ".name", ""));
        else if (const auto problem = name.empty() ? std::nullopt : labelProblem(name))
            causes.push_back(invalidValue(at + ".name", Json(name), *problem));
        else if (!name.empty() && !names.insert(name).second)
            causes.push_back(duplicateValue(at + ".name", Json(name)));
        if (!pairs.insert(std::format("{}/{}", number.value_or(0), stringAt(ports[i], {"protocol"}))).second)
            causes.push_back(duplicateValue(at, ports[i]));
        if (const Json* target = find(ports[i], {"targetPort"}); target != nullptr && target->is_int64() && (target->get_int64() < 1 || target->get_int64() > 65535))
            causes.push_back(invalidValue(at + ".targetPort", *target, "must be between 1 and 65535, inclusive"));
    }
    validateLabels(find(*spec, {"selector"}), "spec.selector", causes);
}

} // namespace slipway::api
