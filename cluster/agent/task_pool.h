#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace slipway::agent {

/// A fixed handful of threads at most, which come when there is work and leave when there is none: an idle agent keeps
/// no stacks around. Tasks are short: what takes long is an operation that holds no thread (runtime.h, checks.h).
/// An exception that leaves a task is logged and ends that task alone. Thread-safe.
class TaskPool {
public:
    explicit TaskPool(unsigned mostThreads = 8);
    /// Waits for running tasks; tasks not begun, and those set for later, are dropped.
    ~TaskPool();
    TaskPool(const TaskPool&) = delete;
    TaskPool& operator=(const TaskPool&) = delete;

    void run(std::function<void()> task);
    /// Runs a task at a time (on a pool thread).
    void runAt(std::chrono::system_clock::time_point time, std::function<void()> task);
    /// Lets running tasks end and takes no more, so that what tasks use may go. The destructor does it, too.
    void stop();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Runs @p work; what it throws is logged as "agent: @p what failed: ...". True when nothing was thrown.
bool guarded(const char* what, const std::function<void()>& work);

} // namespace slipway::agent
