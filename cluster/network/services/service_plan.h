#pragma once

#include "cluster/api/types/core_v1.h"
#include "cluster/network/family.h"
#include "cluster/network/services/endpoint_choice.h"

/// What the node's packet filter has to do for a service, as plain values; service_rules.h turns it into rules.
namespace slipway::network {

/// One port of one service and where it goes.
struct ServicePortPlan {
    std::string ns, service, portName;
    Protocol protocol = Protocol::tcp;
    int port = 0, nodePort = 0; ///< nodePort 0: none
    std::string clusterIp;
    std::vector<std::string> externalIps; ///< external and load balancer addresses, sorted
    std::vector<std::string> balancerIps; ///< those of externalIps that sourceRanges restrict
    std::vector<std::string> sourceRanges;
    std::vector<Backend> internal; ///< for the cluster address
    std::vector<Backend> external; ///< for outside callers of node ports and external addresses
    std::vector<Backend> shortcut; ///< externalTrafficPolicy Local: for callers of those from inside the cluster
    bool externalLocal = false;    ///< externalTrafficPolicy Local: the caller's address is kept
    bool anyEndpoints = false;     ///< without any, callers are refused; with some elsewhere, dropped
    int affinitySeconds = 0;       ///< sessionAffinity ClientIP; 0: none

    /// A hash of what names the port, for objects of its own in the kernel: 16 letters and digits.
    std::string id() const;
    bool operator==(const ServicePortPlan&) const = default;
};

/// What a load balancer outside asks a node about a service with externalTrafficPolicy Local.
struct HealthPort {
    int port = 0;
    int localEndpoints = 0; ///< addresses, each counted once
    bool operator==(const HealthPort&) const = default;
};

struct ServicePlan {
    std::vector<ServicePortPlan> ports;
    HealthPort health; ///< port 0: none
    bool operator==(const ServicePlan&) const = default;
};

/// The plan of a service for a node and one address family. Headless and ExternalName services need none.
ServicePlan planService(const api::core_v1::Service& service, const std::vector<SlicePtr>& slices,
                        const NodePlace& node, Family family = Family::ip4);

} // namespace slipway::network
