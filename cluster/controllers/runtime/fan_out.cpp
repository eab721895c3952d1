#include "cluster/controllers/runtime/fan_out.h"

#include <atomic>

namespace slipway::controllers {

/// One call of run(): the next number to take, and how many are done.
struct FanOut::Round {
    Round(std::size_t n, const std::function<void(std::size_t)>& t) : count(n), task(t) {}

    const std::size_t count;
    const std::function<void(std::size_t)>& task; ///< lives until all are done
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::condition_variable finished;
    std::size_t done = 0;

    bool takeOne() {
        const std::size_t number = next.fetch_add(1);
        if (number >= count)
            return false;
        task(number);
        std::lock_guard lock(mutex);
        if (++done == count)
            finished.notify_all();
        return true;
    }
};

FanOut::FanOut(int threads) {
    for (int i = 0; i < threads; ++i)
        threads_.emplace_back([this] { help(); });
}

FanOut::~FanOut() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    arrived_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
}

void FanOut::run(std::size_t count, const std::function<void(std::size_t)>& task) {
    if (count == 0)
        return;
    if (count == 1)
        return task(0);
    const auto round = std::make_shared<Round>(count, task);
    {
        std::lock_guard lock(mutex_);
        for (std::size_t i = 0; i + 1 < count && i < threads_.size(); ++i)
            rounds_.push_back(round);
    }
    arrived_.notify_all();
    while (round->takeOne()) {
    }
    std::unique_lock lock(round->mutex);
    round->finished.wait(lock, [&] { return round->done == round->count; });
}

void FanOut::help() {
    std::unique_lock lock(mutex_);
    for (;;) {
        arrived_.wait(lock, [&] { return stopping_ || !rounds_.empty(); });
        if (stopping_)
            return;
        const std::shared_ptr<Round> round = std::move(rounds_.front());
        rounds_.pop_front();
        lock.unlock();
        while (round->takeOne()) {
        }
        lock.lock();
    }
}

} // namespace slipway::controllers
