#pragma once

#include "cluster/network/netlink/socket.h"
#include "cluster/network/routes/route_plan.h"

#include <expected>

namespace slipway::network {

/// Brings the kernel's routes to other nodes' pods, and the tunnel for those that need it, to what a plan says. Routes
/// of ours are known by their protocol number, so that what an earlier agent made is mended or removed as well. One
/// thread at a time.
class KernelRoutes {
public:
    KernelRoutes();

    /// The addresses of the node's interfaces.
    std::expected<std::vector<LinkAddress>, std::string> linkAddresses();

    /// @p ownAddress is the node's, @p ownCidr its pods' range (for its end of the tunnel). An empty plan removes
    /// everything of ours.
    std::expected<void, std::string> apply(const std::vector<PodRoute>& routes, const std::string& ownAddress,
                                           const std::string& ownCidr);

private:
    using Done = std::expected<void, netlink::Failure>;
    struct Existing {
        std::string cidr, gateway;
        int interface = 0;
        auto operator<=>(const Existing&) const = default;
    };
    std::expected<std::vector<Existing>, netlink::Failure> existing();
    Done addTunnel(const std::string& ownAddress, const std::string& ownCidr);
    Done addPeer(int tunnel, const PodRoute& route);
    Done removeStalePeers(int tunnel, const std::vector<PodRoute>& routes);
    Done changeRoute(const Existing& route, bool add);
    Done removeTunnel();

    netlink::Socket socket_;
};

} // namespace slipway::network
