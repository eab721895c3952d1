#pragma once

#include "cluster/agent/node/eviction.h"

#include <chrono>

namespace slipway::agent {

/// What a node is short of.
struct NodePressure {
    bool memory = false, disk = false, pid = false;
    bool operator==(const NodePressure&) const = default;
};

/// Keeps telling of a shortage for a while after it is over, so that pods do not come and go. Plain.
class PressureState {
public:
    explicit PressureState(std::chrono::seconds stays = std::chrono::minutes(5)) : stays_(stays) {}
    /// Takes the thresholds that are passed now.
    NodePressure take(const std::vector<Threshold>& passed, std::chrono::system_clock::time_point now);

private:
    std::chrono::seconds stays_;
    std::map<std::string, std::chrono::system_clock::time_point> last_; ///< by condition
};

} // namespace slipway::agent
