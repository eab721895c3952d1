#include "cluster/network/routes/route_plan.h"

#include "cluster/network/address_range.h"
#include "cluster/network/family.h"

#include <algorithm>
#include <format>

namespace slipway::network {
namespace {

constexpr char simulatedLabel[] = "slipway.dev/simulated"; // the pods of such a node are nowhere

std::string internalIp(const api::core_v1::Node& node, Family family) {
    if (node.status)
        for (const api::core_v1::NodeAddress& address : node.status->addresses)
            if (address.type == "InternalIP" && isOf(family, address.address))
                return address.address;
    return {};
}

std::vector<std::string> podRanges(const api::core_v1::Node& node) {
    if (!node.spec)
        return {};
    if (!node.spec->podCIDRs.empty() || node.spec->podCIDR.empty())
        return node.spec->podCIDRs;
    return {node.spec->podCIDR};
}

} // namespace

std::vector<PodRoute> planRoutes(const std::vector<NodePtr>& nodes, const std::string& ownName,
                                 const std::vector<LinkAddress>& links) {
    std::vector<PodRoute> routes;
    for (const NodePtr& node : nodes) {
        if (node->metadata.name == ownName || node->metadata.labels.contains(simulatedLabel))
            continue;
        for (const std::string& cidr : podRanges(*node)) {
            PodRoute route{cidr, internalIp(*node, familyOf(cidr)), true, 0};
            if (route.node.empty() || networkAddress(cidr).empty())
                continue;
            for (const LinkAddress& link : links)
                if (contains(std::format("{}/{}", link.address, link.prefix), route.node)) {
                    route.tunnel = false;
                    route.interface = link.interface;
                }
            routes.push_back(std::move(route));
        }
    }
    std::ranges::sort(routes);
    return routes;
}

HardwareAddress tunnelHardware(const std::string& nodeAddress) {
    std::uint64_t hash = 1469598103934665603ULL; // FNV-1a
    for (const char c : nodeAddress)
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    HardwareAddress hardware{0x02};
    for (std::size_t i = 1; i < hardware.size(); ++i)
        hardware[i] = static_cast<std::uint8_t>(hash >> (8 * i));
    return hardware;
}

} // namespace slipway::network
