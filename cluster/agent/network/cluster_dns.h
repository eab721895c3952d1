#pragma once

#include "cluster/client/informer.h"
#include "cluster/network/dns/server.h"

#include <filesystem>

namespace slipway::agent {

/// The cluster's DNS on this node: the server, and who it asks about names outside.
class ClusterDns {
public:
    struct Settings {
        std::string address, domain;
        std::filesystem::path resolvConf; ///< followed: a laptop changes networks
    };
    ClusterDns(Settings settings, const std::shared_ptr<const client::Client>& client);

    /// Begins to follow the ConfigMap kube-system/kube-dns.
    void start();
    /// Takes over changed services.
    void update(const std::vector<network::ServiceView>& services);
    /// Looks again at who is to be asked. One thread.
    void refreshServers();

private:
    const Settings settings_;
    std::unique_ptr<network::DnsServer> server_; ///< null when the address could not be used
    network::dns::Servers servers_;
    client::Informer<api::core_v1::ConfigMap> config_;
};

} // namespace slipway::agent
