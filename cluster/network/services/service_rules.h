#pragma once

#include "cluster/network/nftables/table.h"
#include "cluster/network/services/service_plan.h"

namespace slipway::network {

/// Where the node's pods are.
struct PodRanges {
    std::string cluster; ///< of all pods; empty: not known, nothing counts as inside
    std::string node;    ///< of this node's pods
    bool operator==(const PodRanges&) const = default;
};

/// The chains and maps all services share, hooked into the packet's way.
///
/// A new connection is looked up by address, protocol and port in `frontends`, then by protocol and port in
/// `node_ports`. The chain found there is shared by all services with as many endpoints; it draws a number and looks up
/// address, protocol, port and number in `endpoints`. So a changed endpoint is a changed element of a map, and a
/// connection costs two lookups however many services there are.
Contribution baseRules(Family family, const PodRanges& ranges);

/// What one service adds to that.
Contribution serviceRules(const ServicePlan& plan, Family family, const PodRanges& ranges);

/// Maps of a service port with session affinity, from clients to where they were sent: name, and the backends that
/// may stay in it.
struct AffinityMap {
    std::string name;
    std::vector<Backend> backends;
};
std::vector<AffinityMap> affinityMaps(const ServicePlan& plan);

} // namespace slipway::network
