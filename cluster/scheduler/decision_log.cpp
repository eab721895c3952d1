#include "cluster/scheduler/decision_log.h"

#include "cluster/base/time.h"
#include "cluster/client/informer.h"

#include <unordered_set>

namespace slipway::scheduler {

using api::JsonArray;
using api::JsonObject;

void DecisionLog::add(const std::string& key, Entry entry) {
    auto kept = std::make_shared<const Entry>(std::move(entry));
    std::lock_guard lock(mutex_);
    auto& slot = entries_[key];
    if (!slot)
        order_.push_back(key);
    slot = std::move(kept);
    while (order_.size() > most) {
        entries_.erase(order_.front());
        order_.pop_front();
    }
}

void DecisionLog::remove(const std::string& key) {
    std::lock_guard lock(mutex_);
    entries_.erase(key); // its place in the order goes with time
}

std::optional<DecisionLog::Entry> DecisionLog::find(const std::string& key) const {
    std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    return found == entries_.end() ? std::nullopt : std::optional(*found->second);
}

std::vector<std::string> DecisionLog::keys() const {
    std::lock_guard lock(mutex_);
    std::vector<std::string> keys;
    std::unordered_set<std::string_view> seen;
    for (const std::string& key : order_)
        if (entries_.contains(key) && seen.insert(key).second)
            keys.push_back(key);
    return keys;
}

JsonObject decisionJson(const std::string& key, const DecisionLog::Entry& entry) {
    const Decision& decision = entry.decision;
    const auto [ns, name] = client::splitKey(key);
    JsonArray refusals, ratings;
    for (const auto& refusal : decision.refusals)
        refusals.push_back(JsonObject{{"node", refusal.node},
                                      {"plugin", refusal.plugin},
                                      {"reasons", JsonArray(refusal.reasons.begin(), refusal.reasons.end())}});
    for (const auto& rating : decision.ratings) {
        JsonObject parts;
        for (std::size_t i = 0; i < rating.parts.size() && i < decision.scorePlugins.size(); ++i)
            parts[decision.scorePlugins[i]] = rating.parts[i];
        ratings.push_back(JsonObject{{"node", rating.node}, {"score", rating.score}, {"plugins", std::move(parts)}});
    }
    JsonObject counts;
    for (const auto& [reason, count] : decision.refusalsByReason)
        counts[reason] = count;
    JsonObject json{{"namespace", ns},
                    {"pod", name},
                    {"profile", entry.profile},
                    {"time", base::formatTime(entry.at)},
                    {"node", decision.node},
                    {"nodes", decision.nodeCount},
                    {"asked", decision.asked},
                    {"feasible", decision.feasible},
                    {"refusals", std::move(refusals)},
                    {"refusalCounts", std::move(counts)},
                    {"ratings", std::move(ratings)}};
    if (decision.node.empty())
        json["message"] = decision.message();
    if (!entry.preemption.empty())
        json["preemption"] = entry.preemption;
    return json;
}

} // namespace slipway::scheduler
