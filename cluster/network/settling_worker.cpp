#include "cluster/network/settling_worker.h"

namespace slipway::network {

SettlingWorker::SettlingWorker(Work work, Milliseconds gather)
    : work_(std::move(work)), gather_(gather), thread_([this](std::stop_token stop) { run(stop); }) {}

SettlingWorker::~SettlingWorker() = default;

void SettlingWorker::changed() {
    {
        std::lock_guard lock(mutex_);
        changed_ = true;
    }
    wake_.notify_all();
}

void SettlingWorker::stop() {
    thread_.request_stop();
    if (thread_.joinable())
        thread_.join();
}

void SettlingWorker::run(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (wake_.wait(lock, stop, [&] { return changed_; })) {
        changed_ = false;
        lock.unlock();
        const std::optional<Milliseconds> again = work_();
        lock.lock();
        bool never = false;
        wake_.wait_for(lock, stop, again.value_or(gather_), [&] { return never; });
        changed_ = changed_ || again.has_value();
    }
}

} // namespace slipway::network
