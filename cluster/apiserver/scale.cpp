#include "cluster/apiserver/scale.h"

#include "cluster/api/custom/definition.h"
#include "cluster/api/patch.h"
#include "cluster/api/selectors.h"
#include "cluster/apiserver/representation.h"

#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonObject;
using api::stringAt;

const api::custom::ScalePaths& workloadPaths() {
    static const api::custom::ScalePaths paths{{"spec", "replicas"}, {"status", "replicas"}, {"spec", "selector"}};
    return paths;
}

const api::custom::ScalePaths& pathsOf(const api::Resource& resource) {
    return resource.custom != nullptr && resource.custom->scale ? *resource.custom->scale : workloadPaths();
}

const Json* valueAt(const JsonObject& object, const std::vector<std::string>& path) {
    const JsonObject* current = &object;
    const Json* found = nullptr;
    for (const std::string& name : path) {
        found = current == nullptr ? nullptr : current->if_contains(name);
        if (found == nullptr)
            return nullptr;
        current = found->if_object();
    }
    return found;
}

std::int64_t countAt(const JsonObject& object, const std::vector<std::string>& path) {
    const Json* found = valueAt(object, path);
    return found != nullptr && found->is_int64() ? found->get_int64() : 0;
}

std::string selectorOf(const api::Resource& resource, const JsonObject& object) {
    const Json* selector = valueAt(object, pathsOf(resource).labelSelector);
    if (selector == nullptr)
        return {};
    if (selector->is_string())
        return std::string(api::view(selector->get_string()));
    const JsonObject* labels = selector->if_object();
    if (labels == nullptr)
        return {};
    const bool typed = labels->contains("matchLabels") || labels->contains("matchExpressions");
    return api::formatSelector(typed ? *labels : JsonObject{{"matchLabels", *labels}});
}

/// The Scale (autoscaling/v1) of a workload.
JsonObject scaleOf(const api::Resource& resource, const JsonObject& object) {
    JsonObject metadata;
    for (std::string_view member : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"})
        if (const Json* value = api::find(object, {"metadata", member}))
            metadata[member] = *value;
    JsonObject spec, status{{"replicas", countAt(object, pathsOf(resource).statusReplicas)}};
    if (const std::int64_t replicas = countAt(object, pathsOf(resource).specReplicas); replicas != 0)
        spec["replicas"] = replicas;
    if (std::string selector = selectorOf(resource, object); !selector.empty())
        status["selector"] = std::move(selector);
    return {{"kind", "Scale"},
            {"apiVersion", "autoscaling/v1"},
            {"metadata", std::move(metadata)},
            {"spec", std::move(spec)},
            {"status", std::move(status)}};
}

/// The Scale a PUT or PATCH asks for.
std::expected<JsonObject, api::Status> wantedScale(const ResourceRequest& r, const JsonObject& current) {
    const std::string type = r.request.contentType.substr(0, r.request.contentType.find(';'));
    const bool patch = r.info.verb == "patch";
    auto body = api::decodeBody(r.request.body, patch ? "application/json" : r.request.contentType);
    if (!body)
        return std::unexpected(body.error());
    if (!patch)
        return body->is_object() ? std::expected<JsonObject, api::Status>(body->get_object())
                                 : std::unexpected(api::badRequest("the body of the request is not an object"));
    std::expected<Json, api::Status> patched = type == "application/json-patch+json"
                                                   ? api::applyJsonPatch(current, *body)
                                                   : Json(api::applyMergePatch(current, *body));
    if (!patched)
        return std::unexpected(patched.error());
    if (!patched->is_object())
        return std::unexpected(api::badRequest("the patched scale is not an object"));
    return std::move(patched->get_object());
}

Outcome<JsonObject> scaled(const ResourceRequest& r, const JsonObject& current) {
    const JsonObject scale = scaleOf(r.resource, current);
    auto wanted = wantedScale(r, scale);
    if (!wanted)
        return std::unexpected(wanted.error());
    const Json* replicas = api::find(*wanted, {"spec", "replicas"});
    if (replicas != nullptr && !replicas->is_null() && !replicas->is_int64())
        return std::unexpected(api::badRequest(
            std::format("Scale in version \"v1\" cannot be handled as a Scale: json: cannot unmarshal {} into "
                        "Go struct field ScaleSpec.spec.replicas of type int32",
                        replicas->is_string()   ? "string"
                        : replicas->is_number() ? "number"
                                                : "object")));
    const std::int64_t count = replicas == nullptr || replicas->is_null() ? 0 : replicas->get_int64();
    if (count < 0) {
        api::Resource asked = r.resource;
        asked.kind = "Scale";
        asked.group = "autoscaling";
        return std::unexpected(api::invalid(
            asked, r.info.name, {api::invalidValue("spec.replicas", count, "must be greater than or equal to 0")}));
    }
    JsonObject next = current;
    api::custom::setAt(next, pathsOf(r.resource).specReplicas, count);
    const std::string version(stringAt(*wanted, {"metadata", "resourceVersion"}));
    const bool conditional =
        !version.empty() && (r.info.verb == "update" || version != stringAt(current, {"metadata", "resourceVersion"}));
    if (conditional)
        api::objectAt(next, {"metadata"})["resourceVersion"] = version;
    else
        api::objectAt(next, {"metadata"}).erase("resourceVersion");
    return next;
}

Reply replyScale(const ResourceRequest& r, const CachedObject& object) {
    const auto shown = objectIn(r.resource, object);
    return shown ? replyWith(scaleOf(r.resource, *shown)) : replyWith(shown.error());
}

} // namespace

Answer handleScale(const ResourceRequest& r) {
    if (r.info.verb == "get") {
        const auto found = r.registry.get(r.resource, r.info.ns, r.info.name);
        return found ? replyScale(r, *found) : replyWith(found.error());
    }
    if (r.info.verb != "update" && r.info.verb != "patch")
        return replyWith(api::methodNotAllowed(r.info.verb));
    auto context = r.writeContext();
    if (!context)
        return replyWith(context.error());
    const auto written = r.registry.update(
        r.resource, r.info.ns, r.info.name, "scale", [&](const JsonObject& current) { return scaled(r, current); },
        *context);
    return written ? replyScale(r, *written) : replyWith(written.error());
}

} // namespace slipway::apiserver
