#pragma once

#include "cluster/api/types/core_v1.h"

#include <chrono>
#include <map>
#include <set>
#include <string>

namespace slipway::client {

/// Decides what becomes of an event, so that a repeated one counts up and a flood ends (after client-go's correlator):
/// the same event again raises the count of the first; the 10th different message of one reason within ten minutes is
/// combined with those after it; one object gets 25 events at once and then one every five minutes. Bounded in memory.
/// Not thread-safe.
class EventCorrelator {
public:
    using Clock = std::chrono::steady_clock;

    struct Decision {
        enum class Action { drop, create, countUp } action = Action::drop;
        std::string key;  ///< for settle()
        std::string name; ///< of the event to count up
        int count = 1;
        std::string message, firstTimestamp;
    };

    Decision observe(const api::core_v1::Event& event, Clock::time_point now);
    /// The event of a decision was written under that name.
    void settle(const Decision& decision, const std::string& name, const std::string& firstTimestamp);
    /// What was to be counted up is gone: the next one is made anew.
    void forget(const Decision& decision) { written_.erase(decision.key); }

private:
    struct Allowance {
        double tokens = 0;
        Clock::time_point since;
    };
    struct Similar {
        std::set<std::string> messages;
        Clock::time_point last;
    };
    struct Written {
        std::string name, firstTimestamp;
        int count = 0;
    };

    bool isSpam(const std::string& about, Clock::time_point now);
    bool isSimilar(const std::string& group, const std::string& message, Clock::time_point now);

    std::map<std::string, Allowance> allowances_; ///< by the object and who tells of it
    std::map<std::string, Similar> similar_;      ///< by object, type and reason
    std::map<std::string, Written> written_;
};

} // namespace slipway::client
