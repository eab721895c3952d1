#include "cluster/client/work_queue.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>

namespace slipway::client {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds firstDelay(5), longestDelay(30'000);

struct WorkQueue::State {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::string> ready;
    std::set<std::string> waiting; ///< in ready, or to be put there when done
    std::set<std::string> processing;
    std::multimap<Clock::time_point, std::string> delayed;
    std::map<std::string, int> failures;
    bool closed = false;

    void put(const std::string& key) {
        if (closed || !waiting.insert(key).second || processing.contains(key))
            return;
        ready.push_back(key);
        changed.notify_one();
    }

    void releaseDue() {
        const auto now = Clock::now();
        while (!delayed.empty() && delayed.begin()->first <= now) {
            put(delayed.begin()->second);
            delayed.erase(delayed.begin());
        }
    }
};

WorkQueue::WorkQueue() : state_(std::make_unique<State>()) {}
WorkQueue::~WorkQueue() = default;

void WorkQueue::add(const std::string& key) {
    std::lock_guard lock(state_->mutex);
    state_->put(key);
}

void WorkQueue::addAfter(const std::string& key, std::chrono::milliseconds delay) {
    if (delay.count() <= 0)
        return add(key);
    std::lock_guard lock(state_->mutex);
    state_->delayed.emplace(Clock::now() + delay, key);
    state_->changed.notify_one();
}

void WorkQueue::addRateLimited(const std::string& key) {
    std::chrono::milliseconds delay;
    {
        std::lock_guard lock(state_->mutex);
        const int failures = std::min(state_->failures[key]++, 20);
        delay = std::min<std::chrono::milliseconds>(firstDelay * (1LL << failures), longestDelay);
    }
    addAfter(key, delay);
}

void WorkQueue::forget(const std::string& key) {
    std::lock_guard lock(state_->mutex);
    state_->failures.erase(key);
}

std::optional<std::string> WorkQueue::get() {
    std::unique_lock lock(state_->mutex);
    for (;;) {
        state_->releaseDue();
        if (!state_->ready.empty()) {
            std::string key = std::move(state_->ready.front());
            state_->ready.pop_front();
            state_->waiting.erase(key);
            state_->processing.insert(key);
            return key;
        }
        if (state_->closed)
            return {};
        if (state_->delayed.empty())
            state_->changed.wait(lock);
        else
            state_->changed.wait_until(lock, state_->delayed.begin()->first);
    }
}

void WorkQueue::done(const std::string& key) {
    std::lock_guard lock(state_->mutex);
    state_->processing.erase(key);
    if (state_->waiting.contains(key)) {
        state_->ready.push_back(key);
        state_->changed.notify_one();
    }
}

void WorkQueue::shutDown() {
    std::lock_guard lock(state_->mutex);
    state_->closed = true;
    state_->delayed.clear();
    state_->changed.notify_all();
}

} // namespace slipway::client
