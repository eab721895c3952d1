#pragma once

#include "cluster/client/client.h"
#include "cluster/scheduler/schedule.h"

#include <memory>
#include <optional>
#include <string>

namespace slipway::scheduler {

struct SchedulerOptions {
    std::string schedulerName = "default-scheduler"; ///< the pods it cares for (spec.schedulerName)
};

/// Binds pending pods to nodes. Owns a fixed number of threads: two watches, the one that schedules, and those
/// that write. All calls are thread-safe.
class Scheduler {
public:
    /// @p client is the scheduler's own user.
    explicit Scheduler(std::shared_ptr<const client::Client> client, SchedulerOptions options = {});
    /// Stops.
    ~Scheduler();

    /// Begins; returns at once. To be called once.
    void start();
    void stop();

    /// What was decided last for a pod that still waits ("why is my pod pending"); nothing when it does not wait.
    /// While very many pods wait, nodes are counted but not named for the later ones.
    std::optional<Decision> lastDecision(const std::string& ns, const std::string& name) const;

private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

} // namespace slipway::scheduler
