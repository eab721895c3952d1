#include "cluster/client/work_queue.h"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <set>

namespace slipway::client {

constexpr std::chrono::milliseconds firstDelay(5), longestDelay(30'000);

struct WorkQueue::State {
    std::function<void()> wake;
    mutable std::mutex mutex;
    std::deque<std::string> ready;
    std::set<std::string> waiting; ///< in ready, or to be put there when done
    std::set<std::string> processing;
    using Timers = std::multimap<Clock::time_point, std::string>;
    Timers timers;
    std::map<std::string, Timers::iterator> timerOf;
    std::map<std::string, int> failures;

    bool put(const std::string& key) {
        if (!waiting.insert(key).second || processing.contains(key))
            return false;
        ready.push_back(key);
        return true;
    }

    void releaseDue() {
        const auto now = Clock::now();
        while (!timers.empty() && timers.begin()->first <= now) {
            const std::string key = std::move(timers.begin()->second);
            timerOf.erase(key);
            timers.erase(timers.begin());
            put(key);
        }
    }

    /// True when the nearest timer of all has become this one.
    bool setTimer(const std::string& key, Clock::time_point due) {
        if (const auto present = timerOf.find(key); present != timerOf.end()) {
            if (present->second->first <= due)
                return false;
            timers.erase(present->second);
        }
        const auto timer = timers.emplace(due, key);
        timerOf[key] = timer;
        return timer == timers.begin();
    }
};

WorkQueue::WorkQueue(std::function<void()> wake) : state_(std::make_unique<State>()) {
    state_->wake = std::move(wake);
}
WorkQueue::~WorkQueue() = default;

void WorkQueue::add(const std::string& key) {
    {
        std::lock_guard lock(state_->mutex);
        if (!state_->put(key))
            return;
    }
    state_->wake();
}

void WorkQueue::addAfter(const std::string& key, std::chrono::milliseconds delay) {
    if (delay.count() <= 0)
        return add(key);
    {
        std::lock_guard lock(state_->mutex);
        if (!state_->setTimer(key, Clock::now() + delay))
            return;
    }
    state_->wake();
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

std::optional<std::string> WorkQueue::take() {
    std::lock_guard lock(state_->mutex);
    state_->releaseDue();
    if (state_->ready.empty())
        return {};
    std::string key = std::move(state_->ready.front());
    state_->ready.pop_front();
    state_->waiting.erase(key);
    state_->processing.insert(key);
    return key;
}

void WorkQueue::done(const std::string& key) {
    {
        std::lock_guard lock(state_->mutex);
        state_->processing.erase(key);
        if (!state_->waiting.contains(key))
            return;
        state_->ready.push_back(key);
    }
    state_->wake();
}

std::optional<WorkQueue::Clock::time_point> WorkQueue::nextDue() const {
    std::lock_guard lock(state_->mutex);
    return state_->timers.empty() ? std::nullopt : std::optional(state_->timers.begin()->first);
}

} // namespace slipway::client
