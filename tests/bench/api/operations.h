#pragma once

#include "cluster/client/client.h"
#include "tests/bench/api/samples.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

/// What the load program can do to an API server. Pods name a node that does not exist, so that nothing runs them.
namespace slipway::bench {

struct Load {
    std::vector<std::shared_ptr<const client::Client>> clients; ///< one connection each
    std::string ns = "bench";
    int objects = 2000;         ///< how many the operations work on
    int watchers = 100;         ///< of the watch operation
    int nodes = 1000;           ///< how many are registered, for pods to be bound to
    int seconds = 10;           ///< how long operations without a natural end go on
    std::vector<int> pids = {}; ///< the server's processes, whose CPU time and memory are told of each operation
};

/// The names an operation may have, in the order that makes sense.
std::vector<std::string> operationNames();

/// Carries out one operation; nothing for an unknown name.
/// create, get, list, select (a label selector), patch, delete, watch (fan-out of pod changes), churn (create, patch
/// and delete beside each other), nodes (registers them), bind (creates pods and binds them to those nodes).
std::optional<Outcome> carryOut(const std::string& operation, const Load& load);

/// Makes the namespace, or removes it and waits until it is gone.
client::Result<void> prepare(const Load& load);
void cleanUp(const Load& load);

} // namespace slipway::bench
