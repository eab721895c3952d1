#include "cluster/agent/node/pressure.h"

namespace slipway::agent {

NodePressure PressureState::take(const std::vector<Threshold>& passed, std::chrono::system_clock::time_point now) {
    for (const Threshold& threshold : passed)
        last_[pressureOf(threshold.signal)] = now;
    const auto lasts = [&](const char* condition) {
        const auto found = last_.find(condition);
        return found != last_.end() && now - found->second < stays_;
    };
    return {lasts("MemoryPressure"), lasts("DiskPressure"), lasts("PIDPressure")};
}

} // namespace slipway::agent
