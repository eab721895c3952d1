#include "cluster/controllers/service_load_balancer/load_balancer_addresses.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <format>

namespace slipway::controllers {

using api::core_v1::Node;
using api::core_v1::Service;

namespace {

constexpr const char* excludeLabel = "node.kubernetes.io/exclude-from-external-load-balancers";
constexpr std::array<int, 3> portsOfNodes{22, 6443, 10250};

bool isReadyNode(const Node& node) {
    return node.status && std::ranges::any_of(node.status->conditions, [](const auto& condition) {
               return condition.type == "Ready" && condition.status == "True";
           });
}

std::string internalAddress(const Node& node) {
    if (node.status)
        for (const auto& address : node.status->addresses)
            if (address.type == "InternalIP")
                return address.address;
    return {};
}

std::set<std::string> portsOf(const Service& service) {
    std::set<std::string> ports;
    for (const auto& port : service.spec->ports)
        ports.insert(std::format("{}/{}", port.protocol.empty() ? "TCP" : port.protocol, port.port));
    return ports;
}

bool shareAPort(const Service& a, const Service& b) {
    const auto theirs = portsOf(b);
    return std::ranges::any_of(portsOf(a), [&](const std::string& port) { return theirs.contains(port); });
}

bool usesPortsOfNodes(const Service& service) {
    return std::ranges::any_of(service.spec->ports, [](const auto& port) {
        return port.protocol != "UDP" && std::ranges::find(portsOfNodes, port.port) != portsOfNodes.end();
    });
}

std::optional<std::uint32_t> addressNumber(const std::string& address) {
    unsigned a = 0, b = 0, c = 0, d = 0;
    char rest = 0;
    if (std::sscanf(address.c_str(), "%3u.%3u.%3u.%3u%c", &a, &b, &c, &d, &rest) != 4 || std::max({a, b, c, d}) > 255)
        return {};
    return a << 24 | b << 16 | c << 8 | d;
}

std::string text(std::uint32_t address) {
    return std::format("{}.{}.{}.{}", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
}

} // namespace

bool wantsLoadBalancer(const Service& service) {
    return service.spec && service.spec->type == "LoadBalancer" && service.spec->loadBalancerClass.empty() &&
           service.metadata.deletionTimestamp.empty();
}

std::vector<std::string> balancerAddresses(const Service& service) {
    std::vector<std::string> addresses;
    if (service.status && service.status->loadBalancer)
        for (const auto& ingress : service.status->loadBalancer->ingress)
            addresses.push_back(ingress.ip);
    return addresses;
}

std::vector<std::string> nodeAddressesFor(const Service& service, const std::vector<ServicePtr>& others,
                                          const std::vector<NodePtr>& nodes) {
    std::set<std::string> taken;
    for (const ServicePtr& other : others)
        if (shareAPort(service, *other))
            for (const std::string& address : balancerAddresses(*other))
                taken.insert(address);
    std::vector<std::string> addresses;
    if (usesPortsOfNodes(service))
        return addresses;
    for (const NodePtr& node : nodes) {
        const std::string address = internalAddress(*node);
        if (isReadyNode(*node) && !address.empty() && !node->metadata.labels.contains(excludeLabel) &&
            !taken.contains(address) &&
            (service.spec->loadBalancerIP.empty() || service.spec->loadBalancerIP == address))
            addresses.push_back(address);
    }
    return addresses;
}

std::optional<std::string> pooledAddressFor(const Service& service, const std::vector<ServicePtr>& others,
                                            const std::string& cidr) {
    const std::size_t slash = cidr.find('/');
    const auto network = addressNumber(cidr.substr(0, slash));
    const int bits = slash == std::string::npos ? 32 : std::atoi(cidr.c_str() + slash + 1);
    if (!network || bits < 1 || bits > 32)
        return {};
    const std::uint64_t size = std::uint64_t(1) << (32 - bits);
    const std::uint64_t first = size > 2 ? 1 : 0, end = size > 2 ? size - 1 : size;
    const std::uint32_t base = *network & (~std::uint32_t(0) << (32 - bits));
    std::set<std::string> taken;
    for (const ServicePtr& other : others)
        for (const std::string& address : balancerAddresses(*other))
            taken.insert(address);
    const auto usable = [&](const std::string& address) {
        const auto value = addressNumber(address);
        return value && *value >= base + first && *value < base + end && !taken.contains(address);
    };
    if (!service.spec->loadBalancerIP.empty())
        return usable(service.spec->loadBalancerIP) ? std::optional(service.spec->loadBalancerIP) : std::nullopt;
    for (const std::string& present : balancerAddresses(service))
        if (usable(present))
            return present;
    for (std::uint64_t i = first; i < end; ++i)
        if (const std::string address = text(base + static_cast<std::uint32_t>(i)); !taken.contains(address))
            return address;
    return {};
}

} // namespace slipway::controllers
