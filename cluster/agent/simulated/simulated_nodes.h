#pragma once

#include "cluster/agent/simulated/behaviour.h"
#include "cluster/agent/simulated/simulated_node.h"
#include "cluster/agent/task_pool.h"
#include "cluster/client/reflector.h"

#include <memory>
#include <string>

namespace slipway::agent {

struct SimulationSettings {
    std::filesystem::path kubeconfig, tlsCertificate, tlsKey;
    int count = 0;
    SimulatedNodeShape shape;
    Behaviour behaviour;
    std::chrono::milliseconds heartbeat{10'000}; ///< how often each node renews its lease, which lasts four times that
    unsigned threads = 6;                        ///< that talk to the API server
};

/// Nodes that exist only in the API: they register, renew their leases, run and end pods after delays, answer for their
/// metrics. All share one client, one stream of pods and one of nodes, and a few threads; what waits is bounded by the
/// number of nodes and pods there are. A Node that somebody deletes is not made again before the next start.
class SimulatedNodes {
public:
    /// Begins. Throws std::runtime_error for a kubeconfig that cannot be used, and when its port is taken.
    explicit SimulatedNodes(SimulationSettings settings);
    /// Stops; nodes and pods stay in the API.
    ~SimulatedNodes();
    SimulatedNodes(const SimulatedNodes&) = delete;
    SimulatedNodes& operator=(const SimulatedNodes&) = delete;

private:
    class Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace slipway::agent
