#pragma once

#include "cluster/client/client.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

namespace slipway::scheduler {

class Snapshot;

/// Keeps the snapshot's namespaces, disruption budgets, claims, volumes and storage classes up to date. Owns its
/// watches.
class ClusterFeeds {
public:
    /// @p mutex guards @p snapshot; @p changed is called, without it, with what happened (cluster_events.h).
    ClusterFeeds(std::shared_ptr<const client::Client> client, std::mutex& mutex, Snapshot& snapshot,
                 std::function<void(std::uint32_t)> changed);
    /// No call comes after it.
    ~ClusterFeeds();
    void start();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace slipway::scheduler
