#include "cluster/api/schema.h"
#include "cluster/api/validation_kinds.h"
#include "cluster/api/validation_pod_parts.h"

#include <set>

namespace slipway::api {
namespace {

void validatePodNames(const At& spec) {
    for (std::string_view member : {"nodeName", "serviceAccountName", "priorityClassName", "runtimeClassName"})
        spec.judge(member, subdomainProblem);
    spec.each("readinessGates", [](const At& gate) {
        if (const auto problem = qualifiedNameProblem(gate.text("conditionType")))
            gate.invalid("conditionType", *problem, Json(gate.text("conditionType")));
    });
}

void validateGates(const At& spec) {
    std::set<std::string_view> names;
    spec.each("schedulingGates", [&](const At& gate) {
        const std::string_view name = gate.text("name");
        if (const auto problem = qualifiedNameProblem(name))
            gate.causes().push_back(invalidValue(gate.path(), Json(name), *problem));
        else if (!names.insert(name).second)
            gate.causes().push_back(duplicateValue(gate.path(), Json(name)));
    });
    if (!names.empty() && !spec.text("nodeName").empty())
        spec.forbid("nodeName", "cannot be set until all schedulingGates have been cleared");
}

void validateSystem(const At& spec) {
    if (!spec.has("os"))
        return;
    const At os = spec.in("os");
    if (!os.needs("name"))
        return;
    os.oneOf("name", {"linux", "windows"});
    if (os.text("name") == "linux" && spec.in("securityContext").has("windowsOptions"))
        spec.in("securityContext").forbid("windowsOptions", "windows options cannot be set for a linux pod");
    if (os.text("name") != "windows")
        return;
    for (std::string_view member : {"hostPID", "hostIPC", "hostUsers", "shareProcessNamespace"})
        if (spec.has(member))
            spec.forbid(member, "cannot be set for a windows pod");
    for (std::string_view member :
         {"seLinuxOptions", "seccompProfile", "fsGroup", "sysctls", "runAsUser", "runAsGroup", "supplementalGroups"})
        if (spec.in("securityContext").has(member))
            spec.in("securityContext").forbid(member, "cannot be set for a windows pod");
}

void validatePodClaims(const At& spec) {
    std::set<std::string_view> names;
    spec.each("resourceClaims", [&](const At& claim) {
        const std::string_view name = claim.text("name");
        if (name.empty())
            claim.require("name");
        else if (const auto problem = labelProblem(name))
            claim.invalid("name", *problem);
        else if (!names.insert(name).second)
            claim.duplicate("name");
        const bool given = claim.has("resourceClaimName"), made = claim.has("resourceClaimTemplateName");
        if (given == made)
            claim.causes().push_back(invalidValue(
                claim.path(), JsonObject(claim.object()),
                given ? "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"
                      : "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"));
    });
}

/// An ephemeral container aims at a container that is there.
void validateTargets(const At& spec, const PodContext& pod) {
    spec.each("ephemeralContainers", [&](const At& container) {
        if (const std::string target(container.text("targetContainerName")); !target.empty())
            if (!pod.names.contains(target) || target == container.text("name"))
                container.causes().push_back(notFoundValue(container.pathOf("targetContainerName"), target));
    });
}

} // namespace

void validatePodSpec(const JsonObject& object, const std::string& path, Causes& causes) {
    const At spec(object, path, causes);
    PodContext pod{spec, validateVolumes(spec), {}, {}, spec.number("terminationGracePeriodSeconds").value_or(30)};
    if (spec.list("containers").empty())
        spec.require("containers");
    for (std::string_view list : {"containers", "initContainers", "ephemeralContainers"})
        spec.each(list, [&](const At& container) { validateContainer(container, pod, list); });
    validateTargets(spec, pod);
    validatePodResources(spec);
    spec.notNegative("terminationGracePeriodSeconds");
    if (const auto seconds = spec.number("activeDeadlineSeconds"); seconds && (*seconds < 1 || *seconds > 2147483647))
        spec.invalid("activeDeadlineSeconds", "must be between 1 and 2147483647, inclusive");
    validateLabels(object.if_contains("nodeSelector"), spec.pathOf("nodeSelector"), causes);
    validatePodSecurity(spec);
    validatePodNames(spec);
    validateGates(spec);
    validateAffinity(spec);
    validatePodNetwork(spec);
    validateTolerations(spec);
    validateTopologySpread(spec);
    validateSystem(spec);
    validatePodClaims(spec);
}

} // namespace slipway::api
