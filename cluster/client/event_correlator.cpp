#include "cluster/client/event_correlator.h"

#include <algorithm>
#include <format>

namespace slipway::client {

namespace {

constexpr std::size_t mostRemembered = 4096, mostSimilar = 10;
constexpr double burst = 25;
constexpr auto similarWithin = std::chrono::minutes(10);
constexpr auto refill = std::chrono::minutes(5);

template <class Map> void bound(Map& map) {
    if (map.size() > mostRemembered)
        map.clear();
}

} // namespace

bool EventCorrelator::isSpam(const std::string& about, Clock::time_point now) {
    bound(allowances_);
    const auto [found, fresh] = allowances_.try_emplace(about, Allowance{burst, now});
    Allowance& allowance = found->second;
    if (!fresh) {
        const std::chrono::duration<double> passed = now - allowance.since;
        allowance.tokens = std::min(burst, allowance.tokens + passed / refill);
        allowance.since = now;
    }
    if (allowance.tokens < 1)
        return true;
    allowance.tokens -= 1;
    return false;
}

bool EventCorrelator::isSimilar(const std::string& group, const std::string& message, Clock::time_point now) {
    bound(similar_);
    Similar& similar = similar_[group];
    if (now - similar.last > similarWithin)
        similar.messages.clear();
    similar.last = now;
    similar.messages.insert(message);
    if (similar.messages.size() < mostSimilar)
        return false;
    similar.messages.erase(similar.messages.begin());
    return true;
}

EventCorrelator::Decision EventCorrelator::observe(const api::core_v1::Event& event, Clock::time_point now) {
    const auto& object = event.involvedObject;
    const std::string source = event.source ? event.source->component + "/" + event.source->host : "";
    const std::string about = std::format("{}|{}|{}|{}|{}|{}", source, object.kind, object.namespace_, object.name,
                                          object.uid, object.apiVersion);
    Decision decision;
    if (isSpam(about, now))
        return decision;
    const std::string group = std::format("{}|{}|{}|{}", about, event.type, event.reason, event.reportingComponent);
    decision.key = std::format("{}|{}|{}", group, object.fieldPath, event.message);
    decision.message = event.message;
    if (isSimilar(group, event.message, now)) {
        decision.key = group;
        decision.message = "(combined from similar events): " + event.message;
    }
    const auto found = written_.find(decision.key);
    if (found == written_.end()) {
        decision.action = Decision::Action::create;
        return decision;
    }
    decision.action = Decision::Action::countUp;
    decision.name = found->second.name;
    decision.count = found->second.count + 1;
    decision.firstTimestamp = found->second.firstTimestamp;
    return decision;
}

void EventCorrelator::settle(const Decision& decision, const std::string& name, const std::string& firstTimestamp) {
    bound(written_);
    written_[decision.key] = {name, firstTimestamp, decision.count};
}

} // namespace slipway::client
