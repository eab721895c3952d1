#pragma once

#include "cluster/api/json.h"
#include "cluster/client/client.h"
#include "cluster/scheduler/configuration.h"
#include "cluster/scheduler/schedule.h"

#include <memory>
#include <optional>
#include <string>

namespace slipway::scheduler {

/// Binds pending pods to nodes: those whose spec.schedulerName is one of the configuration's profiles. Owns a fixed
/// number of threads: the watches, the one that schedules, and those that write. All calls are thread-safe.
class Scheduler {
public:
    /// @p client is the scheduler's own user.
    explicit Scheduler(std::shared_ptr<const client::Client> client, Configuration configuration = {});
    /// Stops.
    ~Scheduler();

    /// Begins; returns at once. To be called once.
    void start();
    void stop();

    /// What was decided last for a pod ("why is my pod pending", "why is it there"); nothing when that was too long
    /// ago.
    std::optional<Decision> lastDecision(const std::string& ns, const std::string& name) const;
    /// The same as JSON, for @p name; with an empty name what is known of all pods of the namespace, and with an empty
    /// namespace of all pods. Nothing when the pod that is named is not known.
    std::optional<api::JsonObject> decisions(const std::string& ns, const std::string& name) const;

private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

} // namespace slipway::scheduler
