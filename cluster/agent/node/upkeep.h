#pragma once

#include "cluster/agent/image/image_garbage.h"
#include "cluster/agent/node/pressure.h"
#include "cluster/agent/pod/pods.h"
#include "cluster/agent/stats/usage.h"

namespace slipway::agent {

struct UpkeepSettings {
    std::vector<Threshold> eviction;
    std::uint64_t logBytes = 10 << 20; ///< a container's log is moved aside past this size
    int logFiles = 5;                  ///< and so many stay, the current one included
    int imageHigh = 85, imageLow = 80; ///< images are removed from this use of the disk on, down to that, in per cent
    std::string nodeName;
};

/// What keeps a node usable: logs are rotated, images that nobody uses are removed, and pods are ended when the node is
/// short of something or when they keep more than they may. Looks every ten seconds on a pool thread.
class Upkeep {
public:
    /// @p tell hears what the node is short of, whenever that changed.
    Upkeep(PodEnvironment& environment, Pods& pods, const Usage& usage, TaskPool& pool, UpkeepSettings settings,
           std::function<void(const NodePressure&)> tell);
    ~Upkeep();
    Upkeep(const Upkeep&) = delete;
    Upkeep& operator=(const Upkeep&) = delete;

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

} // namespace slipway::agent
