#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace slipway::controllers {

class Reconciler;

/// The few threads that run every controller: whoever has a key that is due is called, in turn, so that one busy
/// controller does not keep the others waiting. Thread-safe.
class SyncPool {
public:
    explicit SyncPool(int threads) : size_(threads) {}
    ~SyncPool() { stop(); }
    SyncPool(const SyncPool&) = delete;
    SyncPool& operator=(const SyncPool&) = delete;

    /// Adds a controller, which must outlive the pool's running; before start() only.
    void add(Reconciler& reconciler) { reconcilers_.push_back(&reconciler); }
    void start();
    /// Waits for the syncs under way. What is still queued stays so.
    void stop();
    /// A key has come, or a timer nearer than those before. Any thread.
    void wake();

private:
    void work();
    bool runOne(std::unique_lock<std::mutex>& lock);
    void waitForMore(std::unique_lock<std::mutex>& lock);

    const int size_;
    std::vector<Reconciler*> reconcilers_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool pending_ = false, stopping_ = false;
    std::size_t next_ = 0; ///< whose turn it is
    std::vector<std::thread> threads_;
};

} // namespace slipway::controllers
