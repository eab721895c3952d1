#pragma once

#include "cluster/agent/simulated/simulated_nodes.h"

namespace CLI {
class App;
}

/// Adds the options of simulated nodes to the agent's; with a count above 0 the program simulates and does nothing
/// else.
void addSimulationOptions(CLI::App& app, slipway::agent::SimulationSettings& settings);
