#pragma once

#include "cluster/client/error.h"
#include "cluster/client/work_queue.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace slipway::controllers {

/// What a sync asks for: nothing more, or to be called again after a time.
struct SyncResult {
    std::optional<std::chrono::milliseconds> again;
};
using Sync = std::function<client::Result<SyncResult>(const std::string& key)>;

/// Runs a reconciler: keys go in from event handlers, workers call sync, a failed key comes again with back-off.
/// sync reads caches and must be ready to be called at any time, for any key, any number of times.
class Controller {
public:
    Controller(std::string name, Sync sync, int workers = 1)
        : name_(std::move(name)), sync_(std::move(sync)), workers_(workers) {}
    ~Controller() { stop(); }

    void enqueue(const std::string& key) { queue_.add(key); }
    void enqueueAfter(const std::string& key, std::chrono::milliseconds delay) { queue_.addAfter(key, delay); }

    void start();
    /// Waits for the syncs under way.
    void stop();

private:
    void work();
    void handle(const std::string& key);

    const std::string name_;
    const Sync sync_;
    const int workers_;
    client::WorkQueue queue_;
    std::vector<std::thread> threads_;
};

/// A controller as the control plane runs it: made before the informers start, started once they are filled.
class WorkloadController {
public:
    virtual ~WorkloadController() = default;
    virtual void start() = 0;
    /// Waits for the syncs under way.
    virtual void stop() = 0;
};

} // namespace slipway::controllers
