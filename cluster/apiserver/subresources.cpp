#include "cluster/apiserver/subresources.h"

#include "cluster/apiserver/node_connections.h"
#include "cluster/apiserver/pod_binding.h"
#include "cluster/apiserver/pod_eviction.h"
#include "cluster/apiserver/scale.h"

#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonObject;
using api::stringAt;

JsonObject parseObject(const CachedObject& cached) {
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
    const JsonObject object = parseObject(*account);
    const auto token = authentication.issueToken(r.info.ns, r.info.name, stringAt(object, {"metadata", "uid"}),
                                                 std::move(body->get_object()));
    return token ? replyWith(*token, 201) : replyWith(token.error());
}

/// The container a log or exec request means; Kubernetes' words when it is not clear.
std::expected<std::string, api::Status> containerOf(const ResourceRequest& r, const JsonObject& pod) {
    const std::string wanted(r.info.query.get("container"));
    std::string first, names;
    int count = 0;
    bool known = false;
    for (std::string_view list : {"containers", "initContainers", "ephemeralContainers"}) {
        const Json* containers = api::find(pod, {"spec", list});
        if (containers == nullptr || !containers->is_array())
            continue;
        for (const Json& container : containers->get_array()) {
            const std::string_view name = stringAt(container, {"name"});
            known = known || name == wanted;
            if (list != "containers")
                continue;
            if (count++ == 0)
                first = name;
            names += (names.empty() ? "" : " ") + std::string(name);
        }
    }
    if (!wanted.empty()) {
        if (known)
            return wanted;
        return std::unexpected(
            api::badRequest(std::format("container {} is not valid for pod {}", wanted, r.info.name)));
    }
    if (const std::string_view chosen =
            stringAt(pod, {"metadata", "annotations", "kubectl.kubernetes.io/default-container"});
        !chosen.empty())
        return std::string(chosen);
    if (count == 1 || r.info.subresource != "log")
        return first;
    return std::unexpected(api::badRequest(
        std::format("a container name must be specified for pod {}, choose one of: [{}]", r.info.name, names)));
}

std::string rawQuery(const Request& request) {
    const std::size_t mark = request.target.find('?');
    return mark == std::string::npos ? "" : request.target.substr(mark);
}

/// log, exec, attach, portforward: the node's agent answers.
Answer handleOnNode(const ResourceRequest& r, NodeConnections& nodes) {
    const auto found = r.registry.get(r.resource, r.info.ns, r.info.name);
    if (!found)
        return replyWith(found.error());
    const JsonObject pod = parseObject(*found);
    const auto container = containerOf(r, pod);
    if (!container)
        return replyWith(container.error());
    const std::string_view node = stringAt(pod, {"spec", "nodeName"});
    if (node.empty())
        return r.info.subresource == "log"
                   ? Answer(Reply{200, "", "text/plain", {}})
                   : replyWith(api::badRequest(std::format("pod {} does not have a host assigned", r.info.name)));
    const std::string where = std::format("{}/{}/{}", r.info.ns, r.info.name, *container);
    if (r.info.subresource == "log")
        return nodes.openLog(node, std::format("/containerLogs/{}{}", where, rawQuery(r.request)));
    if (!r.request.upgrade)
        return replyWith(api::badRequest("Upgrade request required"));
    const std::string path = r.info.subresource == "portforward"
                                 ? std::format("/portForward/{}/{}", r.info.ns, r.info.name)
                                 : std::format("/{}/{}", r.info.subresource, where);
    return nodes.tunnel(node, path + rawQuery(r.request));
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
    if (sub == "log" || sub == "exec" || sub == "attach" || sub == "portforward")
        return handleOnNode(r, nodes);
    return replyWith(api::methodNotAllowed(r.info.verb));
}

} // namespace slipway::apiserver
