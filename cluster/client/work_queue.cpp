#include "cluster/client/work_queue.h"

#include "cluster/base/metrics.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <mutex>
#include <set>

namespace slipway::client {

constexpr std::chrono::milliseconds firstDelay(5), longestDelay(30'000);

namespace {

constexpr std::array<double, 10> queueDurationBounds{1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10};

/// The figures of one queue, by the names client-go gives them.
struct Figures {
    explicit Figures(const std::string& name)
        : depth(metrics().gauge("workqueue_depth", "Keys that wait.", {{"name", name}}))
        , adds(metrics().counter("workqueue_adds_total", "Keys that were added.", {{"name", name}}))
        , retries(metrics().counter("workqueue_retries_total", "Keys that were added again after a failure.",
                                    {{"name", name}}))
        , waited(metrics().histogram("workqueue_queue_duration_seconds", "How long keys waited.", queueDurationBounds,
                                     {{"name", name}}))
        , worked(metrics().histogram("workqueue_work_duration_seconds", "How long keys were worked on.",
                                     queueDurationBounds, {{"name", name}})) {}
    static base::Metrics& metrics() { return base::Metrics::process(); }

    base::Counter &depth, &adds, &retries;
    base::Histogram &waited, &worked;
    std::map<std::string, WorkQueue::Clock::time_point> addedAt, takenAt;
};

double secondsSince(WorkQueue::Clock::time_point begun) {
    return std::chrono::duration<double>(WorkQueue::Clock::now() - begun).count();
}

} // namespace

struct WorkQueue::State {
    std::optional<Figures> figures;
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
        if (!waiting.insert(key).second)
            return false;
        if (figures) {
            figures->adds.add();
            figures->depth.add();
            figures->addedAt[key] = Clock::now();
        }
        if (processing.contains(key))
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

WorkQueue::WorkQueue(std::function<void()> wake, const std::string& name) : state_(std::make_unique<State>()) {
    state_->wake = std::move(wake);
    if (!name.empty())
        state_->figures.emplace(name);
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
        if (state_->figures)
            state_->figures->retries.add();
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
    if (auto& figures = state_->figures) {
        figures->depth.add(-1);
        if (const auto added = figures->addedAt.extract(key))
            figures->waited.observe(secondsSince(added.mapped()));
        figures->takenAt[key] = Clock::now();
    }
    return key;
}

void WorkQueue::done(const std::string& key) {
    {
        std::lock_guard lock(state_->mutex);
        state_->processing.erase(key);
        if (auto& figures = state_->figures)
            if (const auto taken = figures->takenAt.extract(key))
                figures->worked.observe(secondsSince(taken.mapped()));
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
