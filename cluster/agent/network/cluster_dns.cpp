#include "cluster/agent/network/cluster_dns.h"

#include "cluster/base/files.h"
#include "cluster/base/log.h"
#include "cluster/network/dns/config.h"
#include "cluster/network/netlink/interface_address.h"

namespace slipway::agent {
namespace {

constexpr char configNamespace[] = "kube-system", configName[] = "kube-dns";
constexpr int metricsPort = 9153; // where dashboards look for it

} // namespace

ClusterDns::ClusterDns(Settings settings, const std::shared_ptr<const client::Client>& client)
    : settings_(std::move(settings))
    , config_(client, configNamespace, {.fieldSelector = std::string("metadata.name=") + configName}) {
    if (auto added = network::addAddress("lo", settings_.address); !added)
        base::warn("agent", "cluster DNS: {}", added.error());
    network::DnsServerSettings server;
    server.address = settings_.address;
    server.domain = settings_.domain;
    server.metricsPort = metricsPort;
    if (auto started = network::DnsServer::start(server))
        server_ = std::move(*started);
    else
        base::error("agent", "{}", started.error());
    refreshServers();
}

void ClusterDns::start() {
    config_.start();
}

void ClusterDns::update(const std::vector<network::ServiceView>& services) {
    if (server_)
        server_->update(services);
}

void ClusterDns::refreshServers() {
    const auto config = config_.get(configNamespace, configName);
    auto servers =
        network::dns::serversOf(network::dns::nameServersOf(base::readFile(settings_.resolvConf).value_or("")),
                                config ? config->data : std::map<std::string, std::string>());
    if (!server_ || servers == servers_)
        return;
    servers_ = servers;
    server_->setUpstream(std::move(servers));
}

} // namespace slipway::agent
