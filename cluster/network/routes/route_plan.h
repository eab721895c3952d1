#pragma once

#include "cluster/api/types/core_v1.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// How this node's packets reach the pods of other nodes.
namespace slipway::network {

using NodePtr = std::shared_ptr<const api::core_v1::Node>;

/// An address of one of the node's own interfaces.
struct LinkAddress {
    int interface = 0;
    std::string address;
    int prefix = 0;
    auto operator<=>(const LinkAddress&) const = default;
};

/// The way to one range of another node's pods.
struct PodRoute {
    std::string cidr;
    std::string node;    ///< address of the node
    bool tunnel = false; ///< the node is not on a link of ours: inside VXLAN packets
    int interface = 0;   ///< of the direct route
    auto operator<=>(const PodRoute&) const = default;
};

/// Routes to every other node's pods, sorted. Nodes without a range or an InternalIP of the range's family are left
/// out.
std::vector<PodRoute> planRoutes(const std::vector<NodePtr>& nodes, const std::string& ownName,
                                 const std::vector<LinkAddress>& links);

using HardwareAddress = std::array<std::uint8_t, 6>;

/// The hardware address of a node's end of the tunnel, which every node works out for itself (locally administered).
HardwareAddress tunnelHardware(const std::string& nodeAddress);

} // namespace slipway::network
