#include "cluster/apiserver/pod_connections.h"

#include "cluster/apiserver/json_lists.h"
#include "cluster/apiserver/log_options.h"
#include "cluster/apiserver/node_connections.h"
#include "cluster/apiserver/proxy_target.h"
#include "cluster/apiserver/service_endpoints.h"

#include <algorithm>
#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::stringAt;

Json parseObject(const CachedObject& cached) {
    auto parsed = api::parseJson(*cached.bytes);
    return parsed ? std::move(*parsed) : Json();
}

std::string namesOf(const Json& pod, std::string_view list) {
    std::string names;
    for (const Json& container : listAt(pod, {"spec", list}))
        names += (names.empty() ? "" : " ") + std::string(stringAt(container, {"name"}));
    return names;
}

/// The container a request means; Kubernetes' words when it is not clear.
std::expected<std::string, api::Status> containerOf(const ResourceRequest& r, const Json& pod) {
    const std::string wanted(r.info.query.get("container"));
    if (!wanted.empty()) {
        for (std::string_view list : {"containers", "initContainers", "ephemeralContainers"})
            for (const Json& container : listAt(pod, {"spec", list}))
                if (stringAt(container, {"name"}) == wanted)
                    return wanted;
        return std::unexpected(
            api::badRequest(std::format("container {} is not valid for pod {}", wanted, r.info.name)));
    }
    const JsonArray& containers = listAt(pod, {"spec", "containers"});
    if (containers.size() == 1)
        return std::string(stringAt(containers[0], {"name"}));
    std::string message = std::format("a container name must be specified for pod {}", r.info.name);
    if (!containers.empty()) {
        message += std::format(", choose one of: [{}]", namesOf(pod, "containers"));
        if (const std::string first = namesOf(pod, "initContainers"); !first.empty())
            message += std::format(" or one of the init containers: [{}]", first);
    }
    return std::unexpected(api::badRequest(std::move(message)));
}

std::string rawQuery(const Request& request) {
    const std::size_t mark = request.target.find('?');
    return mark == std::string::npos ? "" : request.target.substr(mark);
}

Answer onNode(const ResourceRequest& r, NodeConnections& nodes, const Json& pod) {
    const std::string& sub = r.info.subresource;
    const bool log = sub == "log";
    if (log)
        if (auto refusal = refuseLogOptions(r.info.query))
            return replyWith(*refusal);
    std::string where = std::format("{}/{}", r.info.ns, r.info.name);
    if (sub != "portforward") {
        const auto container = containerOf(r, pod);
        if (!container)
            return replyWith(container.error());
        where += "/" + *container;
    }
    const std::string_view node = stringAt(pod, {"spec", "nodeName"});
    if (node.empty() && log)
        return Reply{200, "", "text/plain", {}, {}};
    if (node.empty())
        return replyWith(api::badRequest(std::format("pod {} does not have a host assigned", r.info.name)));
    if (!log && !r.request.upgrade)
        return replyWith(api::badRequest("Upgrade request required"));
    const std::string_view path = log ? "containerLogs" : sub == "portforward" ? "portForward" : std::string_view(sub);
    return nodes.forward(node, log ? Forward::Kind::log : Forward::Kind::upgrade,
                         std::format("/{}/{}{}", path, where, rawQuery(r.request)));
}

Answer badPort(std::string_view port) {
    api::Status status =
        api::unavailable(std::format("error trying to reach service: dial tcp: lookup tcp/{}: unknown port", port));
    return replyWith(status);
}

/// A proxied request whose address is known. A path without a slash behind "proxy" is led to the one with it.
Answer proxied(const ResourceRequest& r, Forward to) {
    ProxyPath path = splitProxyTarget(r.request.target);
    if (path.rest.empty() && (r.request.method == "GET" || r.request.method == "HEAD") && !r.request.upgrade)
        return Reply{301, "", "text/plain", {}, {{"Location", path.prefix + "/" + path.query}}};
    to.kind = Forward::Kind::proxy;
    to.target = (path.rest.empty() ? "/" : path.rest) + path.query;
    to.prefix = std::move(path.prefix);
    return to;
}

Answer proxyPod(const ResourceRequest& r, const ProxyName& name, const Json& pod) {
    std::string port = name.port;
    for (const Json& container : listAt(pod, {"spec", "containers"})) {
        const JsonArray& ports = listAt(container, {"ports"});
        if (port.empty() && !ports.empty())
            port = std::to_string(api::intAt(ports[0].get_object(), {"containerPort"}).value_or(0));
    }
    Forward to;
    to.host = stringAt(pod, {"status", "podIP"});
    if (to.host.empty() || to.host.starts_with("127.") || to.host == "0.0.0.0")
        return replyWith(api::badRequest("address not allowed"));
    to.security = name.tls() ? Forward::Security::unverified : Forward::Security::none;
    const auto number = port.empty() ? std::optional<unsigned short>(name.tls() ? 443 : 80) : parsePort(port);
    if (!number)
        return badPort(port);
    to.port = *number;
    return proxied(r, std::move(to));
}

Answer proxyService(const ResourceRequest& r, const ProxyName& name) {
    const auto chosen = chooseEndpoint(r.cache, r.info.ns, name.name, name.port);
    if (!chosen)
        return replyWith(chosen.error());
    Forward to;
    to.security = name.tls() ? Forward::Security::unverified : Forward::Security::none;
    to.host = chosen->host;
    to.port = chosen->port;
    return proxied(r, std::move(to));
}

Answer proxyNode(const ResourceRequest& r, const ProxyName& name, NodeConnections& nodes) {
    Answer answer = nodes.forward(name.name, Forward::Kind::proxy, {});
    auto* to = std::get_if<Forward>(&answer);
    if (to == nullptr)
        return answer;
    if (!name.port.empty() && name.port != std::to_string(to->port)) {
        const auto port = parsePort(name.port);
        if (!port)
            return badPort(name.port);
        to->port = *port;
        to->security = name.tls() ? Forward::Security::unverified : Forward::Security::none;
    }
    return proxied(r, std::move(*to));
}

Answer handleProxy(const ResourceRequest& r, NodeConnections& nodes) {
    const auto name = parseProxyName(r.info.name);
    const std::string_view kind = r.resource.name == "pods"       ? "pod"
                                  : r.resource.name == "services" ? "service"
                                                                  : "node";
    if (!name)
        return replyWith(api::badRequest(std::format("invalid {} request \"{}\"", kind, r.info.name)));
    if (kind == "service")
        return proxyService(r, *name);
    if (kind == "node")
        return proxyNode(r, *name, nodes);
    const auto pod = r.registry.get(r.resource, r.info.ns, name->name);
    return pod ? proxyPod(r, *name, parseObject(*pod)) : replyWith(pod.error());
}

} // namespace

Answer handleConnection(const ResourceRequest& r, NodeConnections& nodes) {
    if (r.info.subresource == "proxy")
        return handleProxy(r, nodes);
    const std::string& method = r.request.method;
    const bool reads = method == "GET" || method == "HEAD";
    if (!reads && (method != "POST" || r.info.subresource == "log"))
        return replyWith(api::methodNotAllowed(r.info.verb));
    const auto pod = r.registry.get(r.resource, r.info.ns, r.info.name);
    return pod ? onNode(r, nodes, parseObject(*pod)) : replyWith(pod.error());
}

} // namespace slipway::apiserver
