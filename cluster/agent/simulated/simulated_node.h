#pragma once

#include "cluster/agent/node/capacity.h"
#include "cluster/agent/pod/event_sink.h"

#include <bitset>
#include <optional>
#include <string>

namespace slipway::agent {

/// What marks a node that is simulated, and where its part of the simulator's server is (NodeConnections of the API
/// server asks there). The annotation "slipway.dev/simulated-down" with the value "true" lets a node fall silent.
inline constexpr char simulatedLabel[] = "slipway.dev/simulated", agentPathAnnotation[] = "slipway.dev/agent-path",
                      simulatedDownAnnotation[] = "slipway.dev/simulated-down";
/// The most nodes one range of simulated pod addresses has room for.
inline constexpr int mostSimulatedNodes = 16384;

/// What simulated nodes say of themselves.
struct SimulatedNodeShape {
    std::string prefix = "sim"; ///< names are PREFIX-0001 and so on
    std::string hostIp;         ///< of the simulator
    int port = 10260;           ///< of its server
    Capacity capacity;          ///< of every node
    int zones = 3;              ///< over which the nodes are spread; 0: no zones
    bool tainted = true;        ///< pods must tolerate "slipway.dev/simulated" to come here
};

/// The name of the node with that number, counting from 1.
std::string simulatedNodeName(const SimulatedNodeShape& shape, int number);

/// The Node as it registers, ready at once. Its pod network is in 100.64.0.0/10, away from those of real nodes, of
/// which it takes none. Plain.
core::Node simulatedNode(const SimulatedNodeShape& shape, int number, const std::string& now);

/// The addresses of a node's pods: a /24 of 100.64.0.0/10. Not thread-safe.
class SimulatedAddresses {
public:
    explicit SimulatedAddresses(int number) : number_(number) {}
    /// A free address; empty when all are taken.
    std::string take();
    /// Marks one that is in use already.
    void mark(const std::string& address);
    void give(const std::string& address);
    std::string network() const;

private:
    std::optional<std::size_t> slotOf(const std::string& address) const;

    int number_;
    std::bitset<256> taken_{3}; // .0 is the network, .1 the gateway
};

} // namespace slipway::agent
