#pragma once

#include "cluster/scheduler/cluster_events.h"
#include "cluster/scheduler/pod_info.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>

namespace slipway::scheduler {

/// How long a pod waits after a failed attempt: the first time, and at most.
struct BackOffTimes {
    std::chrono::milliseconds first{100}, most{10'000};
};

/// Pods waiting for a node: active ones by priority and age, failed ones until their back-off ends, unschedulable ones
/// until something happens in the cluster that helps against what refused them (or five minutes passed). Thread-safe.
class SchedulingQueue {
public:
    using Clock = std::chrono::steady_clock;

    explicit SchedulingQueue(BackOffTimes times = {}) : times_(times) {}

    /// Adds a pod, or replaces what is known of one: a changed spec or other labels make it active again.
    void put(PodInfo pod);
    void remove(const std::string& key);
    /// Removes the pods whose keys are not in @p known.
    void keepOnly(const std::set<std::string>& known);

    /// One taken pod; it must be given back with giveBack(), or be remove()d.
    struct Taken {
        PodInfo pod;
        std::uint64_t moves = 0;
        int attempts = 1; ///< this one counted
    };
    /// Waits for the next pod; nothing once closed.
    std::optional<Taken> take();
    /// A pod that found no node waits for events that help against the filters that refused it; one that failed for
    /// another reason (@p retry) only for its back-off.
    void giveBack(const Taken& taken, bool retry, std::uint32_t waitsFor = events::all);

    /// Something happened: pods that wait for it get another chance, unless @p helps says that it is none.
    void move(std::uint32_t events, const std::function<bool(const PodInfo&, std::uint32_t waitsFor)>& helps = {});
    void moveAll() { move(events::all); }
    void close();
    std::size_t size() const;

private:
    enum class Place { active, backoff, unschedulable, taken };
    struct Entry {
        PodInfo pod;
        Place place = Place::active;
        std::uint64_t order = 0;
        int attempts = 0;
        std::uint32_t waitsFor = events::all;
        Clock::time_point due; ///< end of the back-off; of the longest wait when unschedulable
        Clock::time_point lastTry;
    };
    using ActiveKey = std::tuple<std::int32_t, std::uint64_t, std::string>;

    ActiveKey activeKey(const Entry& entry) const { return {-entry.pod.priority, entry.order, entry.pod.key}; }
    void activate(Entry& entry);
    void drop(std::map<std::string, Entry>::iterator entry);
    void toBackoff(Entry& entry);
    void waitUntil(Entry& entry, Place place, Clock::time_point due);
    void unplace(Entry& entry);
    void releaseDue();
    void note(std::uint32_t events);
    bool missed(std::uint64_t since, std::uint32_t waitsFor) const;

    const BackOffTimes times_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, Entry> entries_;
    std::set<ActiveKey> active_;
    std::set<std::string> unschedulable_;
    std::set<std::pair<Clock::time_point, std::string>> timed_; ///< those in back-off or unschedulable
    std::deque<std::uint32_t> recent_; ///< the last events, for pods that were being tried when they came
    std::uint64_t nextOrder_ = 0, moves_ = 0;
    bool closed_ = false;
};

} // namespace slipway::scheduler
