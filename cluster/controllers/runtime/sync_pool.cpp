#include "cluster/controllers/runtime/sync_pool.h"

#include "cluster/controllers/runtime/reconciler.h"

#include <algorithm>

namespace slipway::controllers {

void SyncPool::start() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = false;
        pending_ = true;
    }
    for (int i = 0; i < size_; ++i)
        threads_.emplace_back([this] { work(); });
}

void SyncPool::stop() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
    threads_.clear();
}

void SyncPool::wake() {
    {
        std::lock_guard lock(mutex_);
        if (pending_)
            return;
        pending_ = true;
    }
    changed_.notify_one();
}

void SyncPool::work() {
    std::unique_lock lock(mutex_);
    while (!stopping_)
        if (!runOne(lock))
            waitForMore(lock);
}

bool SyncPool::runOne(std::unique_lock<std::mutex>& lock) {
    pending_ = false;
    for (std::size_t i = 0; i < reconcilers_.size(); ++i) {
        Reconciler& reconciler = *reconcilers_[(next_ + i) % reconcilers_.size()];
        auto key = reconciler.take();
        if (!key)
            continue;
        next_ = (next_ + i + 1) % reconcilers_.size();
        pending_ = true; // there may be more: another thread has a look
        lock.unlock();
        changed_.notify_one();
        reconciler.run(*key);
        lock.lock();
        return true;
    }
    return false;
}

void SyncPool::waitForMore(std::unique_lock<std::mutex>& lock) {
    std::optional<client::WorkQueue::Clock::time_point> due;
    for (const Reconciler* reconciler : reconcilers_)
        if (const auto next = reconciler->nextDue(); next && (!due || *next < *due))
            due = next;
    const auto ready = [&] { return pending_ || stopping_; };
    if (due)
        changed_.wait_until(lock, *due, ready);
    else
        changed_.wait(lock, ready);
}

} // namespace slipway::controllers
