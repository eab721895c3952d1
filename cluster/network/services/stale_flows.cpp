#include "cluster/network/services/stale_flows.h"

#include <algorithm>
#include <format>

namespace slipway::network {
namespace {

std::string place(const std::string& address, int port) {
    return std::format("{} {}", address, port);
}

std::set<std::string> backendsOf(const ServicePortPlan& plan) {
    std::set<std::string> result;
    for (const auto* list : {&plan.internal, &plan.external, &plan.shortcut})
        for (const Backend& backend : *list)
            result.insert(place(backend.address, backend.port));
    return result;
}

} // namespace

void StaleFlows::add(const ServicePlan& before, const ServicePlan& after) {
    const auto portOf = [](const ServicePlan& plan, const ServicePortPlan& like) {
        const auto found = std::ranges::find_if(plan.ports, [&](const ServicePortPlan& port) {
            return port.protocol == like.protocol && port.port == like.port;
        });
        return found == plan.ports.end() ? ServicePortPlan() : *found;
    };
    for (const ServicePortPlan& port : before.ports)
        if (port.protocol == Protocol::udp)
            addPort(port, portOf(after, port));
    for (const ServicePortPlan& port : after.ports)
        if (port.protocol == Protocol::udp && portOf(before, port).clusterIp.empty())
            addPort({}, port);
}

void StaleFlows::addPort(const ServicePortPlan& before, const ServicePortPlan& after) {
    const std::set<std::string> old = backendsOf(before), now = backendsOf(after);
    const bool lost = !std::ranges::includes(now, old), began = old.empty() && !now.empty();
    const bool moved = before.clusterIp != after.clusterIp || before.nodePort != after.nodePort ||
                       before.externalIps != after.externalIps;
    if (!lost && !began && !moved)
        return;
    const auto add = [&](const ServicePortPlan& port, const std::set<std::string>& backends) {
        if (port.clusterIp.empty())
            return;
        frontends_.insert_or_assign(place(port.clusterIp, port.port), backends);
        for (const std::string& ip : port.externalIps)
            frontends_.insert_or_assign(place(ip, port.port), backends);
        if (port.nodePort > 0)
            frontends_.insert_or_assign(place(nodeIp_, port.nodePort), backends);
    };
    add(before, {}); // addresses it does not have any more lead nowhere
    add(after, now);
}

bool StaleFlows::isStale(const UdpFlow& flow) const {
    const auto found = frontends_.find(place(flow.destination, flow.destinationPort));
    return found != frontends_.end() && !found->second.contains(place(flow.backend, flow.backendPort));
}

} // namespace slipway::network
