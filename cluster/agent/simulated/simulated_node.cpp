#include "cluster/agent/simulated/simulated_node.h"

#include "cluster/agent/node/node_registration.h"

#include <charconv>
#include <format>

namespace slipway::agent {
namespace {

/// "100.64.3." for the fourth node.
std::string firstThree(int number) {
    const int index = number - 1;
    return std::format("100.{}.{}.", 64 + index / 256, index % 256);
}

} // namespace

std::string simulatedNodeName(const SimulatedNodeShape& shape, int number) {
    return std::format("{}-{:04}", shape.prefix, number);
}

core::Node simulatedNode(const SimulatedNodeShape& shape, int number, const std::string& now) {
    const std::string name = simulatedNodeName(shape, number);
    NodeIdentity identity;
    identity.name = identity.hostname = name;
    identity.ip = shape.hostIp;
    identity.port = shape.port;
    core::Node node;
    node.metadata.name = name;
    node.metadata.labels = {{"kubernetes.io/hostname", name},
                            {"kubernetes.io/os", "linux"},
                            {"kubernetes.io/arch", "amd64"},
                            {"node.kubernetes.io/exclude-from-external-load-balancers", ""},
                            {simulatedLabel, "true"}};
    if (shape.zones > 0)
        node.metadata.labels["topology.kubernetes.io/zone"] = std::format("zone-{}", (number - 1) % shape.zones + 1);
    node.metadata.annotations[agentPathAnnotation] = "/nodes/" + name;
    node.spec.emplace();
    node.spec->podCIDR = SimulatedAddresses(number).network();
    node.spec->podCIDRs = {node.spec->podCIDR};
    if (shape.tainted) {
        core::Taint taint;
        taint.key = simulatedLabel;
        taint.value = "true";
        taint.effect = "NoSchedule";
        node.spec->taints.push_back(taint);
    }
    node.status = nodeStatus(identity, shape.capacity, {"simulated", "1.0.0"}, {true, true, ""}, {});
    for (auto& condition : node.status->conditions)
        condition.lastHeartbeatTime = condition.lastTransitionTime = now;
    return node;
}

std::string SimulatedAddresses::network() const {
    return firstThree(number_) + "0/24";
}

std::string SimulatedAddresses::take() {
    for (std::size_t slot = 0; slot < 255; ++slot)
        if (!taken_[slot]) {
            taken_.set(slot);
            return firstThree(number_) + std::to_string(slot);
        }
    return {};
}

std::optional<std::size_t> SimulatedAddresses::slotOf(const std::string& address) const {
    const std::string start = firstThree(number_);
    if (!address.starts_with(start))
        return {};
    std::size_t slot = 0;
    const char* const first = address.data() + start.size();
    const auto [end, error] = std::from_chars(first, address.data() + address.size(), slot);
    if (error != std::errc{} || slot > 254)
        return {};
    return slot;
}

void SimulatedAddresses::mark(const std::string& address) {
    if (const auto slot = slotOf(address))
        taken_.set(*slot);
}

void SimulatedAddresses::give(const std::string& address) {
    if (const auto slot = slotOf(address))
        taken_.reset(*slot);
}

} // namespace slipway::agent
