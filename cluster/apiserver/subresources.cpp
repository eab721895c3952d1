#include "cluster/apiserver/subresources.h"

#include "cluster/api/patch.h"
#include "cluster/api/selectors.h"
#include "cluster/apiserver/pod_binding.h"
#include "cluster/apiserver/pod_connections.h"
#include "cluster/apiserver/pod_eviction.h"

#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonObject;
using api::objectAt;
using api::stringAt;

JsonObject parseObject(const CachedObject& cached) {
    auto parsed = api::parseJson(*cached.bytes);
    return parsed && parsed->is_object() ? std::move(parsed->get_object()) : JsonObject();
}

/// The Scale (autoscaling/v1) of a workload.
JsonObject scaleOf(const JsonObject& object) {
    JsonObject metadata;
    for (std::string_view member : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"})
        if (const Json* value = api::find(object, {"metadata", member}))
            metadata[member] = *value;
    JsonObject status{{"replicas", api::intAt(object, {"status", "replicas"}).value_or(0)}};
    if (const Json* selector = api::find(object, {"spec", "selector"}); selector != nullptr && selector->is_object()) {
        const JsonObject& labels = selector->get_object();
        const bool typed = labels.contains("matchLabels") || labels.contains("matchExpressions");
        status["selector"] = api::formatSelector(typed ? labels : JsonObject{{"matchLabels", labels}});
    }
    return {{"kind", "Scale"},
            {"apiVersion", "autoscaling/v1"},
            {"metadata", std::move(metadata)},
            {"spec", JsonObject{{"replicas", api::intAt(object, {"spec", "replicas"}).value_or(1)}}},
            {"status", std::move(status)}};
}

/// The Scale a PUT or PATCH asks for.
std::expected<JsonObject, api::Status> wantedScale(const ResourceRequest& r, const JsonObject& current) {
    const bool json = r.request.contentType.starts_with("application/json-patch+json");
    auto body = api::decodeBody(r.request.body, r.info.verb == "patch" ? "application/json" : r.request.contentType);
    if (!body)
        return std::unexpected(body.error());
    if (r.info.verb == "update")
        return body->is_object() ? std::expected<JsonObject, api::Status>(body->get_object())
                                 : std::unexpected(api::badRequest("the body of the request is not an object"));
    std::expected<Json, api::Status> patched =
        json ? api::applyJsonPatch(current, *body) : Json(api::applyMergePatch(current, *body));
    if (!patched)
        return std::unexpected(patched.error());
    if (!patched->is_object())
        return std::unexpected(api::badRequest("the patched scale is not an object"));
    return std::move(patched->get_object());
}

Answer handleScale(const ResourceRequest& r) {
    if (r.info.verb == "get") {
        const auto found = r.registry.get(r.resource, r.info.ns, r.info.name);
        return found ? replyWith(scaleOf(parseObject(*found))) : replyWith(found.error());
    }
    auto context = r.writeContext();
    if (!context)
        return replyWith(context.error());
    const auto change = [&](const JsonObject& current) -> Outcome<JsonObject> {
        const JsonObject scale = scaleOf(current);
        auto wanted = wantedScale(r, scale);
        if (!wanted)
            return std::unexpected(wanted.error());
        const Json* replicas = api::find(*wanted, {"spec", "replicas"});
        if (replicas != nullptr && !replicas->is_int64())
            return std::unexpected(
                api::badRequest("Scale in version \"v1\" cannot be handled as a Scale: json: cannot unmarshal "
                                "into Go struct field ScaleSpec.spec.replicas of type int32"));
        const std::int64_t count = replicas == nullptr ? 0 : replicas->get_int64();
        if (count < 0) {
            api::Status status =
                api::invalid(r.resource, r.info.name,
                             {api::invalidValue("spec.replicas", count, "must be greater than or equal to 0")});
            return std::unexpected(std::move(status));
        }
        JsonObject next = current;
        objectAt(next, {"spec"})["replicas"] = count;
        const std::string version(stringAt(*wanted, {"metadata", "resourceVersion"}));
        if (r.info.verb == "update" && !version.empty())
            objectAt(next, {"metadata"})["resourceVersion"] = version;
        else
            objectAt(next, {"metadata"}).erase("resourceVersion");
        return next;
    };
    const auto written = r.registry.update(r.resource, r.info.ns, r.info.name, {}, change, *context);
    return written ? replyWith(scaleOf(parseObject(*written))) : replyWith(written.error());
}

Answer handleToken(const ResourceRequest& r, const Authentication& authentication) {
    const auto account = r.registry.get(r.resource, r.info.ns, r.info.name);
    if (!account)
        return replyWith(account.error());
    auto body = api::decodeBody(r.request.body, r.request.contentType);
    if (!body || !body->is_object())
        return replyWith(body ? api::badRequest("the body of the request is not an object") : body.error());
    const JsonObject object = parseObject(*account);
    const auto token = authentication.issueToken(r.info.ns, r.info.name, stringAt(object, {"metadata", "uid"}),
                                                 std::move(body->get_object()));
    return token ? replyWith(*token, 201) : replyWith(token.error());
}

} // namespace

Answer handleSubresource(const ResourceRequest& r, const Authentication& authentication, NodeConnections& nodes) {
    const std::string& sub = r.info.subresource;
    if (r.resource.subresource(sub) == nullptr)
        return replyWith(api::unknownPath());
    if (sub == "scale")
        return handleScale(r);
    if (sub == "status" || sub == "finalize" || sub == "ephemeralcontainers" || sub == "resize" || sub == "approval") {
        if (r.info.verb == "get")
            return getOne(r);
        if (r.info.verb == "update")
            return replaceOne(r);
        if (r.info.verb == "patch")
            return patchOne(r);
    }
    if (sub == "binding" && r.info.verb == "create")
        return bindPod(r, r.info.name);
    if (sub == "eviction" && r.info.verb == "create")
        return evictPod(r);
    if (sub == "token" && r.info.verb == "create")
        return handleToken(r, authentication);
    if (sub == "log" || sub == "exec" || sub == "attach" || sub == "portforward" || sub == "proxy")
        return handleConnection(r, nodes);
    return replyWith(api::methodNotAllowed(r.info.verb));
}

} // namespace slipway::apiserver
