#include "cluster/api/schema.h"
#include "cluster/api/validation_at.h"
#include "cluster/api/validation_kinds.h"

#include <set>

namespace slipway::api {

void validateLease(const JsonObject& lease, Causes& causes) {
    const At spec = At(lease, {}, causes).in("spec");
    if (const auto seconds = spec.number("leaseDurationSeconds"); seconds && *seconds <= 0)
        spec.invalid("leaseDurationSeconds", "must be greater than 0");
    spec.notNegative("leaseTransitions");
    if (spec.has("holderIdentity") && spec.text("holderIdentity").empty())
        spec.invalid("holderIdentity", "must not be empty");
    spec.oneOf("strategy", {"OldestEmulationVersion"});
}

void validateNode(const JsonObject& node, Causes& causes) {
    const At spec = At(node, {}, causes).in("spec");
    std::set<std::pair<std::string_view, std::string_view>> seen;
    std::size_t index = 0;
    for (const Json& entry : spec.list("taints")) {
        if (!entry.is_object())
            continue;
        const At taint(entry.get_object(), std::format("metadata.taints[{}]", index++), causes); // Kubernetes' own slip
        if (const auto problem = qualifiedNameProblem(taint.text("key")))
            taint.invalid("key", *problem, Json(taint.text("key")));
        taint.judge("value", labelValueProblem);
        if (taint.needs("effect"))
            taint.oneOf("effect", {"NoExecute", "NoSchedule", "PreferNoSchedule"});
        if (!seen.emplace(taint.text("key"), taint.text("effect")).second)
            causes.push_back(duplicateValue(std::format("metadata.taints[{}]", index - 1), JsonObject(taint.object())));
    }
}

void validateNodeUpdate(const JsonObject& node, const JsonObject& changed, Causes& causes) {
    const At old = At(node, {}, causes).in("spec"), now = At(changed, {}, causes).in("spec");
    if (!old.list("podCIDRs").empty() && old.list("podCIDRs") != now.list("podCIDRs"))
        now.forbid("podCIDRs", "node updates may not change podCIDR except from \"\" to valid");
    if (!old.text("providerID").empty() && old.text("providerID") != now.text("providerID"))
        now.forbid("providerID", "node updates may not change providerID except from \"\" to valid");
}

void validateEvent(const JsonObject& object, Causes& causes) {
    const At event(object, {}, causes);
    const bool core = !event.has("regarding"); // events.k8s.io tells the same in other words
    const std::string_view about = event.in(core ? "involvedObject" : "regarding").text("namespace"),
                           ns = stringAt(object, {"metadata", "namespace"});
    // What is in no namespace is told of in the default one.
    if (!ns.empty() && about.empty() ? ns != "default" && ns != "kube-system" : !ns.empty() && about != ns)
        causes.push_back(invalidValue("involvedObject.namespace", Json(about), "does not match event.namespace"));
    if (core)
        return;
    event.needs("reportingController");
    event.needs("reportingInstance");
    event.needs("action");
    event.needs("reason");
    if (const std::string_view type = event.text("type"); type != "Normal" && type != "Warning")
        event.invalid("type", "has invalid value: " + std::string(type), Json(""));
    if (event.text("note").size() > 1024)
        event.invalid("note", "can have at most 1024 characters", Json(""));
}

void validateNamespaceFinalizers(const JsonObject& object, Causes& causes) {
    const At spec = At(object, {}, causes).in("spec");
    spec.eachText("finalizers", [&](std::string_view name, const std::string&) {
        if (const auto problem = qualifiedNameProblem(name))
            causes.push_back(invalidValue(spec.pathOf("finalizers"), Json(name), *problem));
        else if (!name.contains('/') && name != "kubernetes" && name != "orphan" && name != "foregroundDeletion")
            causes.push_back(invalidValue(spec.pathOf("finalizers"), Json(name),
                                          "name is neither a standard finalizer name nor is it fully qualified"));
    });
}

void validateRevision(const JsonObject& object, Causes& causes) {
    const At revision(object, {}, causes);
    if (!revision.has("data"))
        revision.require("data", "data is mandatory");
    revision.notNegative("revision");
}

void validateRevisionUpdate(const JsonObject& object, const JsonObject& changed, Causes& causes) {
    validateImmutable(At(object, {}, causes), At(changed, {}, causes), "data");
}

void validatePodTemplate(const JsonObject& object, Causes& causes) {
    validateTemplate(object, {}, causes);
}

} // namespace slipway::api
