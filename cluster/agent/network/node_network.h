#pragma once

#include "cluster/client/informer.h"
#include "cluster/network/services/service_feed.h"

#include <filesystem>
#include <functional>
#include <memory>

namespace slipway::agent {

struct NodeNetworkSettings {
    std::string nodeName, nodeIp;
    std::string clusterDns, clusterDomain; ///< DNS is served when there is an address
    std::string podCidr;                   ///< of this node, asked for; empty: what the node is given
    std::string clusterCidr;
    std::filesystem::path cniConfig, resolvConf;
    bool serviceProxy = true; ///< false: the kernel's service rules are left alone
    bool podNetwork = true;   ///< false: pods are joined by another CNI; no configuration and no routes are made
};

/// The node's part in the cluster's network: configures CNI, and keeps service rules and DNS in step with what the
/// API says. Owns its threads.
class NodeNetwork {
public:
    using Services = client::Informer<api::core_v1::Service>;

    /// What the agent lends. All must outlive the network.
    struct Node {
        std::shared_ptr<const client::Client> client;
        Services& services; ///< not started yet
        /// Waits a while for the node's range of pod addresses; empty: not yet.
        std::function<std::string(std::chrono::milliseconds)> waitForPodCidr;
        std::function<void()> networkConfigured;
    };

    NodeNetwork(NodeNetworkSettings settings, Node node);
    /// Ends its threads. Rules and routes stay: pods keep running without the agent.
    ~NodeNetwork();
    NodeNetwork(const NodeNetwork&) = delete;
    NodeNetwork& operator=(const NodeNetwork&) = delete;

    /// To be called once, before the services are started.
    void start();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace slipway::agent
