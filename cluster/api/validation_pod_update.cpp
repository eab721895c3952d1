#include "cluster/api/schema.h"
#include "cluster/api/validation_kinds.h"

#include <algorithm>
#include <format>

namespace slipway::api {
namespace {

JsonObject specOf(const JsonObject& pod) {
    const Json* spec = find(pod, {"spec"});
    return spec != nullptr && spec->is_object() ? spec->get_object() : JsonObject();
}

/// The part of a pod's spec that never changes.
JsonObject frozen(JsonObject spec) {
    for (std::string_view list : {"containers", "initContainers"})
        if (Json* containers = spec.if_contains(list); containers != nullptr && containers->is_array())
            for (Json& container : containers->get_array())
                if (container.is_object())
                    container.get_object().erase("image");
    for (std::string_view open :
         {"activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "schedulingGates"})
        spec.erase(open);
    return spec;
}

void validateTolerationsUpdate(const JsonObject& before, const JsonObject& after, Causes& causes) {
    const auto withoutSeconds = [](Json toleration) {
        if (toleration.is_object())
            toleration.get_object().erase("tolerationSeconds");
        return toleration;
    };
    const JsonArray& now = listAt(after, "tolerations");
    const bool kept = std::ranges::all_of(listAt(before, "tolerations"), [&](const Json& old) {
        return std::ranges::any_of(now, [&](const Json& one) { return withoutSeconds(one) == withoutSeconds(old); });
    });
    if (!kept)
        causes.push_back(
            forbiddenField("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds"));
}

void validateDeadlineUpdate(const JsonObject& before, const JsonObject& after, Causes& causes) {
    const auto old = intAt(before, {"activeDeadlineSeconds"}), now = intAt(after, {"activeDeadlineSeconds"});
    if (!old)
        return;
    if (!now)
        causes.push_back(invalidValue("spec.activeDeadlineSeconds", nullptr,
                                      "must not update from a positive integer to nil value"));
    else if (*old < *now)
        causes.push_back(invalidValue("spec.activeDeadlineSeconds", Json(*now),
                                      std::format("must be less than or equal to previous value")));
}

} // namespace

void validatePodUpdate(const JsonObject& before, const JsonObject& after, Causes& causes) {
    const JsonObject old = specOf(before), now = specOf(after);
    for (std::string_view list : {"containers", "initContainers"})
        if (listAt(old, list).size() != listAt(now, list).size()) {
            causes.push_back(
                forbiddenField(std::format("spec.{}", list), "pod updates may not add or remove containers"));
            return;
        }
    validateDeadlineUpdate(old, now, causes);
    validateTolerationsUpdate(old, now, causes);
    if (frozen(old) == frozen(now))
        return;
    causes.push_back(forbiddenField(
        "spec",
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
        "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
        "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"));
}

} // namespace slipway::api
