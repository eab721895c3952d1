#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace slipway::scheduler {

/// A fixed number of threads that carry out writes to the server, so that the thread that decides never waits for a
/// disk. Tasks begin in the order they came; those that run at once end in any order. Thread-safe.
class WritePool {
public:
    using Task = std::function<void()>;

    /// @p limit is how many tasks may wait.
    WritePool(std::size_t threads, std::size_t limit);
    /// Stops.
    ~WritePool();

    /// Adds a task, waiting for room. @return false once stopped: the task will not run.
    bool run(Task task);
    /// Adds a task when there is room. @return whether it was added.
    bool tryRun(Task task);
    /// Waits for what runs and drops what waits.
    void stop();

private:
    void work();

    const std::size_t limit_;
    std::mutex mutex_;
    std::condition_variable arrived_, room_;
    std::deque<Task> waiting_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

} // namespace slipway::scheduler
