#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace slipway::agent {

/// Threads that come when there is work and leave when there is none: an idle agent keeps no stacks around. Tasks may
/// block for long (stopping a container, pulling an image). Thread-safe.
class TaskPool {
public:
    explicit TaskPool(unsigned mostThreads = 64);
    /// Waits for running tasks; tasks not begun, and those set for later, are dropped.
    ~TaskPool();
    TaskPool(const TaskPool&) = delete;
    TaskPool& operator=(const TaskPool&) = delete;

    void run(std::function<void()> task);
    /// Runs a task at a time (on a pool thread).
    void runAt(std::chrono::system_clock::time_point time, std::function<void()> task);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace slipway::agent
