#pragma once

#include "cluster/api/json.h"
#include "cluster/scheduler/schedule.h"

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace slipway::scheduler {

/// What was decided for the pods that were tried last: for every one of the last @c most pods its newest decision, with
/// why nodes refused it or what they were given by whom. Thread-safe.
class DecisionLog {
public:
    static constexpr std::size_t most = 2000;

    struct Entry {
        Decision decision;
        std::string profile;
        std::chrono::system_clock::time_point at;
        std::string preemption; ///< what came of trying to make room; empty: it was not tried
    };

    void add(const std::string& key, Entry entry);
    void remove(const std::string& key);
    std::optional<Entry> find(const std::string& key) const;
    /// The keys that are there, the oldest first.
    std::vector<std::string> keys() const;

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::shared_ptr<const Entry>> entries_;
    std::deque<std::string> order_; ///< may name keys that are gone
};

/// As the scheduler's endpoint shows a decision.
api::JsonObject decisionJson(const std::string& key, const DecisionLog::Entry& entry);

} // namespace slipway::scheduler
