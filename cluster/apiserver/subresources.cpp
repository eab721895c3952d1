#include "cluster/apiserver/subresources.h"

#include "cluster/apiserver/pod_binding.h"
#include "cluster/apiserver/pod_connections.h"
#include "cluster/apiserver/pod_eviction.h"
#include "cluster/apiserver/scale.h"

#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonObject;
using api::stringAt;

JsonObject parsedMembers(const CachedObject& cached) {
    auto parsed = api::parseJson(*cached.bytes);
    return parsed && parsed->is_object() ? std::move(parsed->get_object()) : JsonObject();
}

Answer handleToken(const ResourceRequest& r, const Authentication& authentication) {
    const auto account = r.registry.get(r.resource, r.info.ns, r.info.name);
    if (!account)
        return replyWith(account.error());
    auto body = api::decodeBody(r.request.body, r.request.contentType);
    if (!body || !body->is_object())
        return replyWith(body ? api::badRequest("the body of the request is not an object") : body.error());
    const JsonObject object = parsedMembers(*account);
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
