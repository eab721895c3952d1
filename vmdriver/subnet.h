#pragma once
// Choosing addresses for a cluster's nodes that collide with nothing the host already routes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::vmdriver {

/// An IPv4 network in host byte order.
struct Ipv4Network {
    std::uint32_t address = 0;
    int prefix = 32;
    bool overlaps(const Ipv4Network& other) const;
};

/// "172.30.0.0/24"; nothing for anything else.
std::optional<Ipv4Network> parseNetwork(std::string_view text);

/// The networks in the text of /proc/net/route, without the default route.
std::vector<Ipv4Network> parseRoutes(std::string_view procNetRoute);

/// The first free /24 of 172.30.0.0/16, then of 10.231.0.0/16; nothing when all are taken.
std::optional<std::string> chooseSubnet(const std::vector<Ipv4Network>& taken);

/// The last host number of a /24: no node's, but what several control planes share.
constexpr int sharedHostNumber = 254;

/// The first address from .2 on that is not among `taken`; empty when the /24 is full.
std::string freeAddress(const std::string& subnet, const std::vector<std::string>& taken);

/// The host's or a node's address in a /24: hostNumber 1 is the host, nodes begin at 2.
std::string addressIn(const std::string& subnet, int hostNumber);

} // namespace slipway::vmdriver
