#include "cluster/scheduler/write_pool.h"

namespace slipway::scheduler {

WritePool::WritePool(std::size_t threads, std::size_t limit) : limit_(limit) {
    for (std::size_t i = 0; i < threads; ++i)
        threads_.emplace_back([this] { work(); });
}

WritePool::~WritePool() {
    stop();
}

bool WritePool::run(Task task) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return stopping_ || waiting_.size() < limit_; });
    if (stopping_)
        return false;
    waiting_.push_back(std::move(task));
    arrived_.notify_one();
    return true;
}

bool WritePool::tryRun(Task task) {
    std::lock_guard lock(mutex_);
    if (stopping_ || waiting_.size() >= limit_)
        return false;
    waiting_.push_back(std::move(task));
    arrived_.notify_one();
    return true;
}

void WritePool::stop() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
        waiting_.clear();
    }
    arrived_.notify_all();
    room_.notify_all();
    for (std::thread& thread : threads_)
        if (thread.joinable())
            thread.join();
}

void WritePool::work() {
    for (;;) {
        Task task;
        {
            std::unique_lock lock(mutex_);
            arrived_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
            if (stopping_)
                return;
            task = std::move(waiting_.front());
            waiting_.pop_front();
        }
        room_.notify_one();
        task();
    }
}

} // namespace slipway::scheduler
