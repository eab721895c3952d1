#include "cluster/apiserver/subresources.h"

#include "cluster/api/selectors.h"
#include "cluster/apiserver/node_connections.h"
#include "cluster/apiserver/scale.h"
#include "cluster/base/time.h"

#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::objectAt;
using api::stringAt;

JsonObject parseObject(const CachedObject& cached) {
    auto parsed = api::parseJson(*cached.bytes);
    return parsed && parsed->is_object() ? std::move(parsed->get_object()) : JsonObject();
}

JsonObject success(int code) {
    return {
        {"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", JsonObject()}, {"status", "Success"}, {"code", code}};
}

/// The scheduler's decision: sets the node once.
Answer handleBinding(const ResourceRequest& r, std::string_view podName, const Json& binding) {
    auto context = r.writeContext();
    if (!context)
        return replyWith(context.error());
    context->fieldManager.clear(); // bindings are not written by whom they are of
    const std::string node(stringAt(binding, {"target", "name"}));
    const std::string uid(stringAt(binding, {"metadata", "uid"}));
    if (node.empty())
        return replyWith(
            api::invalid(*api::findResource("", "v1", "bindings"), podName, {api::requiredValue("target.name", "")}));
    const auto change = [&](const JsonObject& current) -> Outcome<JsonObject> {
        if (!uid.empty() && uid != stringAt(current, {"metadata", "uid"}))
            return std::unexpected(
                api::conflict(*api::findResource("", "v1", "pods"), podName,
                              std::format("Precondition failed: UID in precondition: {}, UID in object meta: {}", uid,
                                          stringAt(current, {"metadata", "uid"}))));
        if (!stringAt(current, {"metadata", "deletionTimestamp"}).empty())
            return std::unexpected(
                api::conflict(*api::findResource("", "v1", "pods/binding"), podName,
                              std::format("pod {} is being deleted, cannot be assigned to a host", podName)));
        if (const std::string_view assigned = stringAt(current, {"spec", "nodeName"}); !assigned.empty())
            return std::unexpected(
                api::conflict(*api::findResource("", "v1", "pods"), podName,
                              std::format("pod {} is already assigned to node \"{}\"", podName, assigned)));
        JsonObject next = current;
        objectAt(next, {"spec"})["nodeName"] = node;
        objectAt(next, {"metadata"}).erase("resourceVersion");
        JsonArray conditions;
        if (const Json* list = api::find(current, {"status", "conditions"}); list != nullptr && list->is_array())
            for (const Json& condition : list->get_array())
                if (stringAt(condition, {"type"}) != "PodScheduled")
                    conditions.push_back(condition);
        conditions.push_back(JsonObject{{"type", "PodScheduled"},
                                        {"status", "True"},
                                        {"lastProbeTime", nullptr},
                                        {"lastTransitionTime", base::nowRfc3339()}});
        objectAt(next, {"status"})["conditions"] = std::move(conditions);
        return next;
    };
    const auto written =
        r.registry.update(*api::findResource("", "v1", "pods"), r.info.ns, podName, "binding", change, *context);
    return written ? replyWith(success(201), 201) : replyWith(written.error());
}

Answer handleEviction(const ResourceRequest& r) {
    auto context = r.writeContext();
    const auto body = api::decodeBody(r.request.body, r.request.contentType);
    if (!context || !body)
        return replyWith(context ? body.error() : context.error());
    Deletion deletion;
    if (const Json* options = api::find(*body, {"deleteOptions"}); options != nullptr && options->is_object()) {
        deletion.gracePeriodSeconds = api::intAt(options->get_object(), {"gracePeriodSeconds"});
        deletion.uid = stringAt(*options, {"preconditions", "uid"});
    }
    const auto removed = r.registry.remove(r.resource, r.info.ns, r.info.name, deletion, *context);
    return removed ? replyWith(success(201), 201) : replyWith(removed.error());
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

bool isReview(const api::Resource& resource) {
    return resource.group == "authorization.k8s.io" || resource.group == "authentication.k8s.io";
}

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
    if (sub == "binding" && r.info.verb == "create") {
        const auto body = api::decodeBody(r.request.body, r.request.contentType);
        return body ? handleBinding(r, r.info.name, *body) : replyWith(body.error());
    }
    if (sub == "eviction" && r.info.verb == "create")
        return handleEviction(r);
    if (sub == "token" && r.info.verb == "create")
        return handleToken(r, authentication);
    if (sub == "log" || sub == "exec" || sub == "attach" || sub == "portforward")
        return handleOnNode(r, nodes);
    return replyWith(api::methodNotAllowed(r.info.verb));
}

} // namespace slipway::apiserver
