#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace slipway::network {

/// Does a piece of work on a thread of its own whenever something changed: changes that come together are worked off
/// together, and work that could not be done is tried again.
class SettlingWorker {
public:
    using Milliseconds = std::chrono::milliseconds;
    /// Returns when to try again; nothing when it is done.
    using Work = std::function<std::optional<Milliseconds>()>;

    explicit SettlingWorker(Work work, Milliseconds gather = Milliseconds(20));
    ~SettlingWorker();
    SettlingWorker(const SettlingWorker&) = delete;
    SettlingWorker& operator=(const SettlingWorker&) = delete;

    /// Something changed. Any thread; never blocks.
    void changed();
    /// Ends the thread; the work is not done any more.
    void stop();

private:
    void run(std::stop_token stop);

    const Work work_;
    const Milliseconds gather_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    bool changed_ = false;
    std::jthread thread_;
};

} // namespace slipway::network
