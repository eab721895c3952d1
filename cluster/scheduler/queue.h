#pragma once

#include "cluster/scheduler/snapshot.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>

namespace slipway::scheduler {

/// Pods waiting for a node: active ones by priority and age, failed ones until their back-off (0.1 s doubling to 10 s)
/// ends, unschedulable ones until something changes in the cluster (or five minutes passed). Thread-safe.
class SchedulingQueue {
public:
    using Clock = std::chrono::steady_clock;

    /// Adds a pod, or replaces what is known of one: a changed spec or other labels make it active again.
    void put(PodInfo pod);
    void remove(const std::string& key);
    /// Removes the pods whose keys are not in @p known.
    void keepOnly(const std::set<std::string>& known);

    /// One taken pod; it must be given back with giveBack(), or be remove()d.
    struct Taken {
        PodInfo pod;
        std::uint64_t moves = 0;
    };
    /// Waits for the next pod; nothing once closed.
    std::optional<Taken> take();
    /// A pod that found no node waits for a change; one that failed for another reason (@p retry) only for its
    /// back-off.
    void giveBack(const Taken& taken, bool retry);

    /// The cluster changed in favour of pods: everything unschedulable gets another chance.
    void moveAll();
    void close();
    std::size_t size() const;

private:
    enum class Place { active, backoff, unschedulable, taken };
    struct Entry {
        PodInfo pod;
        Place place = Place::active;
        std::uint64_t order = 0;
        int attempts = 0;
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

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, Entry> entries_;
    std::set<ActiveKey> active_;
    std::set<std::pair<Clock::time_point, std::string>> timed_; ///< those in back-off or unschedulable
    std::uint64_t nextOrder_ = 0, moves_ = 0;
    bool closed_ = false;
};

} // namespace slipway::scheduler
