#include "cluster/apiserver/pod_binding.h"

#include "cluster/apiserver/admission/cluster_state.h"
#include "cluster/base/time.h"

#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::objectAt;
using api::stringAt;

api::Status bindingConflict(std::string_view pod, const std::string& why) {
    api::Status status = api::conflict(admission::builtIn("", "pods"), pod, why);
    status.kind = "pods/binding";
    status.message = std::format("Operation cannot be fulfilled on pods/binding \"{}\": {}", pod, why);
    return status;
}

std::vector<api::StatusCause> findings(const JsonObject& binding) {
    std::vector<api::StatusCause> causes;
    if (const std::string_view kind = stringAt(binding, {"target", "kind"}); !kind.empty() && kind != "Node")
        causes.push_back(api::notSupported("target.kind", Json(kind), {"Node", "<empty>"}));
    if (stringAt(binding, {"target", "name"}).empty())
        causes.push_back(api::requiredValue("target.name", ""));
    return causes;
}

std::optional<api::Status> judge(const JsonObject& pod, std::string_view name, std::string_view uid) {
    if (const std::string_view is = stringAt(pod, {"metadata", "uid"}); !uid.empty() && uid != is)
        return bindingConflict(
            name, std::format("Precondition failed: UID in precondition: {}, UID in object meta: {}", uid, is));
    if (!stringAt(pod, {"metadata", "deletionTimestamp"}).empty())
        return bindingConflict(name, std::format("pod {} is being deleted, cannot be assigned to a host", name));
    if (const std::string_view assigned = stringAt(pod, {"spec", "nodeName"}); !assigned.empty())
        return bindingConflict(name, std::format("pod {} is already assigned to node \"{}\"", name, assigned));
    const Json* gates = api::find(pod, {"spec", "schedulingGates"});
    if (gates != nullptr && gates->is_array() && !gates->get_array().empty())
        return bindingConflict(name, std::format("pod {} has non-empty .spec.schedulingGates", name));
    return {};
}

JsonObject bound(JsonObject pod, const JsonObject& binding) {
    objectAt(pod, {"spec"})["nodeName"] = stringAt(binding, {"target", "name"});
    objectAt(pod, {"metadata"}).erase("resourceVersion");
    for (std::string_view member : {"annotations", "labels"})
        if (const Json* more = api::find(binding, {"metadata", member}); more != nullptr && more->is_object())
            for (const auto& [key, value] : more->get_object())
                objectAt(pod, {"metadata", member})[key] = value;
    JsonArray conditions;
    if (const Json* list = api::find(pod, {"status", "conditions"}); list != nullptr && list->is_array())
        for (const Json& condition : list->get_array())
            if (stringAt(condition, {"type"}) != "PodScheduled")
                conditions.push_back(condition);
    conditions.push_back(JsonObject{{"type", "PodScheduled"},
                                    {"status", "True"},
                                    {"lastProbeTime", nullptr},
                                    {"lastTransitionTime", base::nowRfc3339()}});
    objectAt(pod, {"status"})["conditions"] = std::move(conditions);
    return pod;
}

} // namespace

Answer bindPod(const ResourceRequest& r, std::string_view podName) {
    auto context = r.writeContext();
    if (!context)
        return replyWith(context.error());
    auto body = api::decodeBody(r.request.body, r.request.contentType);
    if (!body)
        return replyWith(body.error());
    const api::Resource& kind = admission::builtIn("", "bindings");
    auto binding = r.registry.accept(kind, std::move(*body), *context);
    if (!binding)
        return replyWith(binding.error());
    const std::string own(stringAt(*binding, {"metadata", "name"}));
    const std::string name(podName.empty() ? std::string_view(own) : podName);
    if (!own.empty() && own != name)
        return replyWith(api::badRequest("name in URL does not match name in Binding object"));
    if (auto causes = findings(*binding); !causes.empty())
        return replyWith(api::invalid(kind, name, std::move(causes)));
    const std::string uid(stringAt(*binding, {"metadata", "uid"}));
    const auto change = [&](const JsonObject& current) -> Outcome<JsonObject> {
        if (auto refusal = judge(current, name, uid))
            return std::unexpected(std::move(*refusal));
        return bound(current, *binding);
    };
    const auto written =
        r.registry.update(admission::builtIn("", "pods"), r.info.ns, name, "binding", change, *context);
    if (!written)
        return replyWith(written.error());
    return replyWith(
        JsonObject{
            {"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", JsonObject()}, {"status", "Success"}, {"code", 201}},
        201);
}

} // namespace slipway::apiserver
