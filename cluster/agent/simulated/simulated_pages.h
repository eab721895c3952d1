#pragma once

#include "cluster/agent/simulated/simulated_pods.h"

#include <optional>
#include <string>
#include <utility>

namespace slipway::agent {

/// What the server of simulated nodes answers to GET: type and body, or nothing. Paths begin with "/nodes/NAME", below
/// which stand those of a node's own server: /stats/summary, /containerLogs/NAMESPACE/POD/CONTAINER.
std::optional<std::pair<std::string, std::string>> simulatedPage(const std::string& path, const SimulatedPods& pods,
                                                                 const Capacity& capacity, WallTime now);

} // namespace slipway::agent
