#include "cluster/api/json_equal.h"
#include "cluster/api/schema.h"
#include "cluster/api/validation_kinds.h"
#include "cluster/api/validation_pod_parts.h"

#include <algorithm>

namespace slipway::api {
namespace {

bool isGated(const At& spec) {
    return !spec.list("schedulingGates").empty();
}

/// The part of a pod's spec that never changes. While a pod is gated, where it may run may still be narrowed.
JsonObject frozen(const At& before, const At& of) {
    JsonObject spec = of.object();
    for (std::string_view list : {"containers", "initContainers"})
        if (Json* containers = spec.if_contains(list); containers != nullptr && containers->is_array())
            for (Json& container : containers->get_array())
                if (container.is_object())
                    container.get_object().erase("image");
    for (std::string_view open : {"activeDeadlineSeconds", "tolerations", "schedulingGates"})
        spec.erase(open);
    if (before.number("terminationGracePeriodSeconds").value_or(0) < 0)
        spec.erase("terminationGracePeriodSeconds");
    if (isGated(before))
        for (std::string_view open : {"nodeSelector", "affinity"})
            spec.erase(open);
    return spec;
}

void validateTolerationsUpdate(const At& before, const At& after) {
    const auto withoutSeconds = [](Json toleration) {
        if (toleration.is_object())
            toleration.get_object().erase("tolerationSeconds");
        return toleration;
    };
    const bool kept = std::ranges::all_of(before.list("tolerations"), [&](const Json& old) {
        return std::ranges::any_of(after.list("tolerations"),
                                   [&](const Json& one) { return withoutSeconds(one) == withoutSeconds(old); });
    });
    if (!kept)
        after.forbid("tolerations", "existing toleration can not be modified except its tolerationSeconds");
}

void validateDeadlineUpdate(const At& before, const At& after) {
    const auto old = before.number("activeDeadlineSeconds"), now = after.number("activeDeadlineSeconds");
    if (!old)
        return;
    if (!now)
        after.invalid("activeDeadlineSeconds", "must not update from a positive integer to nil value");
    else if (*old < *now)
        after.invalid("activeDeadlineSeconds", "must be less than or equal to previous value");
}

void validateGatesUpdate(const At& before, const At& after) {
    for (const Json& gate : after.list("schedulingGates"))
        if (std::ranges::find(before.list("schedulingGates"), gate) == before.list("schedulingGates").end())
            after.forbid("schedulingGates", std::format("only deletion is allowed, but found new scheduling gate '{}'",
                                                        stringAt(gate, {"name"})));
    if (!isGated(before))
        return;
    for (const auto& [key, value] : before.in("nodeSelector").object())
        if (after.in("nodeSelector").value(key) != value) {
            after.invalid("nodeSelector", "only additions are allowed to spec.nodeSelector for a pod that is gated");
            return;
        }
}

const JsonObject& containerNamed(const At& spec, std::string_view list, std::string_view name) {
    static const JsonObject none;
    for (const Json& container : spec.list(list))
        if (container.is_object() && stringAt(container, {"name"}) == name)
            return container.get_object();
    return none;
}

void validateEphemeralUpdate(const At& before, const At& after) {
    before.each("ephemeralContainers", [&](const At& old) {
        const std::string_view name = old.text("name");
        const JsonObject& now = containerNamed(after, "ephemeralContainers", name);
        if (now.empty())
            after.forbid("ephemeralContainers",
                         std::format("existing ephemeral containers \"{}\" may not be removed\n", name));
        else if (now != old.object())
            after.forbid("ephemeralContainers",
                         std::format("existing ephemeral containers \"{}\" may not be changed\n", name));
    });
}

void validateAmountsKept(const At& old, const At& now, std::string_view member) {
    const At before = old.in("resources").in(member), after = now.in("resources").in(member);
    for (const auto& [name, value] : before.object()) {
        const Json is = after.value(name);
        if (is.is_null())
            now.in("resources").forbid(member, std::format("resource {} cannot be removed", member));
        else if (is != value && name != "cpu" && name != "memory")
            now.in("resources").forbid(member, "only cpu and memory resources are mutable");
    }
}

void validateResize(const At& before, const At& after) {
    if (after.in("os").text("name") == "windows")
        after.causes().push_back(forbiddenField("", "windows pods cannot be resized"));
    for (std::string_view list : {"containers", "initContainers"})
        after.each(list, [&](const At& now) {
            const At old(containerNamed(before, list, now.text("name")), now.path(), now.causes());
            if (list == "initContainers" && now.text("restartPolicy") != "Always" &&
                old.value("resources") != now.value("resources"))
                return now.forbid("resources", "resources for non-sidecar init containers are immutable");
            for (std::string_view member : {"limits", "requests"})
                validateAmountsKept(old, now, member);
            if (old.value("resizePolicy") != now.value("resizePolicy"))
                now.forbid("resizePolicy", "resizePolicy is immutable");
        });
}

} // namespace

void validatePodUpdate(const JsonObject& pod, const JsonObject& changed, Causes& causes) {
    const At before = At(pod, {}, causes).in("spec"), after = At(changed, {}, causes).in("spec");
    if (sameJson(before.object(), after.object())) // of labels, annotations or the like
        return;
    for (std::string_view list : {"containers", "initContainers"})
        if (before.list(list).size() != after.list(list).size())
            return after.forbid(list, "pod updates may not add or remove containers");
    validateDeadlineUpdate(before, after);
    validateTolerationsUpdate(before, after);
    validateGatesUpdate(before, after);
    if (frozen(before, before) == frozen(before, after))
        return;
    causes.push_back(forbiddenField(
        "spec",
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
        "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
        "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"));
}

void validatePodSubresource(std::string_view subresource, const JsonObject& pod, const JsonObject& changed,
                            Causes& causes) {
    const At before = At(pod, {}, causes).in("spec"), after = At(changed, {}, causes).in("spec");
    const bool isStatic = find(pod, {"metadata", "annotations", "kubernetes.io/config.mirror"}) != nullptr;
    if (subresource == "ephemeralcontainers") {
        if (isStatic)
            return causes.push_back(forbiddenField("", "static pods do not support ephemeral containers"));
        validatePodSpec(after.object(), "spec", causes);
        validateEphemeralUpdate(before, after);
    } else if (subresource == "resize") {
        if (isStatic)
            return causes.push_back(forbiddenField("", "static pods cannot be resized"));
        validatePodSpec(after.object(), "spec", causes);
        validateResize(before, after);
    }
}

} // namespace slipway::api
