#pragma once

#include "cluster/api/types/core_v1.h"
#include "cluster/api/types/discovery_v1.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

/// What the node's packet filter has to do for services, as plain values; nftables/ writes it.
namespace slipway::network {

/// A place a service's traffic can go.
struct Backend {
    std::string address;
    int port = 0;
    bool local = false; ///< on this node
    auto operator<=>(const Backend&) const = default;
};

enum class Protocol { tcp, udp, sctp };

/// "tcp", "udp", "sctp".
std::string_view nameOf(Protocol protocol);

/// One port of one service and where it goes.
struct ServicePortPlan {
    std::string ns, service, portName;
    Protocol protocol = Protocol::tcp;
    int port = 0, nodePort = 0; ///< nodePort 0: none
    std::string clusterIp;
    std::vector<std::string> externalIps;  ///< external and load balancer addresses
    std::vector<Backend> backends;         ///< for traffic from inside the cluster, sorted
    std::vector<Backend> externalBackends; ///< for node ports and external addresses
    int affinitySeconds = 0;               ///< sessionAffinity ClientIP; 0: none
    bool keepSource = false;               ///< externalTrafficPolicy Local: no masquerading

    /// A name for chains: letters, digits and underscores, the same for the same port of the same service.
    std::string chainName() const;
    bool operator==(const ServicePortPlan&) const = default;
};

struct ServicePlan {
    std::vector<ServicePortPlan> ports; ///< sorted by namespace, service, port
    bool operator==(const ServicePlan&) const = default;
};

/// The plan for a node. Ready endpoints get traffic; when a service has none, those that still serve while terminating
/// do (KEP-1669). IPv4 only. Headless and ExternalName services need no rules.
ServicePlan planServices(const std::vector<std::shared_ptr<const api::core_v1::Service>>& services,
                         const std::vector<std::shared_ptr<const api::discovery_v1::EndpointSlice>>& slices,
                         const std::string& nodeName);

} // namespace slipway::network
