#include "cluster/apiserver/node_connections.h"

#include "cluster/client/client.h"
#include "cluster/client/kubeconfig.h"

#include <format>

namespace slipway::apiserver {
std::expected<NodeConnections::Address, api::Status> NodeConnections::addressOf(std::string_view node) const {
    const api::Resource& nodes = *api::findResource("", "v1", "nodes");
    const auto found = cache_.of(nodes).get(WatchCache::key(nodes, {}, node));
    if (!found)
        return std::unexpected(api::notFound(nodes, node));
    const auto parsed = api::parseJson(*found->bytes);
    Address address;
    const api::Json* list = api::find(*parsed, {"status", "addresses"});
    for (const api::Json& entry : list != nullptr && list->is_array() ? list->get_array() : api::JsonArray())
        if (api::stringAt(entry, {"type"}) == "InternalIP")
            address.host = api::stringAt(entry, {"address"});
    address.port = static_cast<unsigned short>(
        api::intAt(parsed->get_object(), {"status", "daemonEndpoints", "kubeletEndpoint", "Port"}).value_or(10250));
    address.prefix = api::stringAt(*parsed, {"metadata", "annotations", "slipway.dev/agent-path"});
    if (!address.prefix.starts_with('/'))
        address.prefix.clear();
    if (address.host.empty())
        return std::unexpected(api::internalError(std::format("no preferred addresses found for node {}", node)));
    return address;
}

std::expected<std::shared_ptr<client::Transport>, api::Status> NodeConnections::transportTo(const Address& address) {
    std::lock_guard lock(mutex_);
    const std::string server = std::format("https://{}:{}", address.host, address.port);
    auto& known = transports_[server];
    if (known)
        return known;
    client::ConnectionSettings settings;
    settings.server = server;
    settings.caPem = ca_;
    settings.clientCertificatePem = cert_;
    settings.clientKeyPem = key_;
    auto made = client::makeHttpTransport(settings);
    if (!made)
        return std::unexpected(api::internalError(made.error().message));
    return known = *made;
}

std::expected<std::string, api::Status> NodeConnections::fetch(std::string_view node, const std::string& target) {
    const auto address = addressOf(node);
    if (!address)
        return std::unexpected(address.error());
    const auto transport = transportTo(*address);
    if (!transport)
        return std::unexpected(transport.error());
    client::Request request;
    request.target = address->prefix + target;
    const auto answer = (*transport)->send(request);
    if (!answer)
        return std::unexpected(api::internalError(answer.error().message));
    if (answer->code != 200)
        return std::unexpected(api::internalError(std::format("node {} answered {}", node, answer->code)));
    return answer->body;
}

Answer NodeConnections::forward(std::string_view node, Forward::Kind kind, std::string target) const {
    const auto address = addressOf(node);
    if (!address)
        return replyWith(address.error());
    Forward to;
    to.kind = kind;
    to.security = Forward::Security::node;
    to.host = address->host;
    to.port = address->port;
    to.target = address->prefix + target;
    return to;
}

} // namespace slipway::apiserver
