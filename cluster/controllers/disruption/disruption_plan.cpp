#include "cluster/controllers/disruption/disruption_plan.h"

#include "cluster/base/time.h"
#include "cluster/controllers/workload/template_hash.h"

#include <algorithm>

namespace slipway::controllers {

using api::policy_v1::PodDisruptionBudget;
using api::policy_v1::PodDisruptionBudgetStatus;

namespace {

constexpr auto evictionPatience = std::chrono::minutes(2);

void setCondition(PodDisruptionBudgetStatus& status, bool allowed, const std::string& reason,
                  const std::string& message, std::int64_t generation, const std::string& now) {
    auto found = std::ranges::find(status.conditions, "DisruptionAllowed", &api::meta_v1::Condition::type);
    if (found == status.conditions.end()) {
        status.conditions.emplace_back().type = "DisruptionAllowed";
        found = status.conditions.end() - 1;
    }
    const std::string value = allowed ? "True" : "False";
    if (found->status != value)
        found->lastTransitionTime = now;
    found->status = value;
    found->reason = reason;
    found->message = message;
    found->observedGeneration = generation;
}

} // namespace

DisruptionNeeds disruptionNeeds(const api::policy_v1::PodDisruptionBudgetSpec& spec, int expected, int pods) {
    if (spec.maxUnavailable)
        return {expected, std::max(0, expected - resolveShare(spec.maxUnavailable, expected, true, 0))};
    if (spec.minAvailable && spec.minAvailable->isInt)
        return {pods, spec.minAvailable->number};
    if (spec.minAvailable)
        return {expected, resolveShare(spec.minAvailable, expected, true, 0)};
    return {pods, 0};
}

DisruptionStatus disruptionStatus(const PodDisruptionBudget& budget, const DisruptionNeeds& needs,
                                  const std::vector<PodPtr>& pods, std::chrono::system_clock::time_point now) {
    DisruptionStatus result;
    PodDisruptionBudgetStatus& status = result.status;
    std::map<std::string, std::string> disrupted;
    if (budget.status) {
        status.conditions = budget.status->conditions;
        disrupted = budget.status->disruptedPods;
    }
    int healthy = 0;
    for (const PodPtr& pod : pods) {
        if (isTerminating(*pod) || isFinished(*pod))
            continue;
        if (const auto entry = disrupted.find(pod->metadata.name); entry != disrupted.end()) {
            const auto left = base::parseTime(entry->second).value_or(now) + evictionPatience - now;
            if (left.count() > 0) { // counted as gone already
                status.disruptedPods.insert(*entry);
                const auto wait = std::chrono::ceil<std::chrono::milliseconds>(left);
                result.wait = result.wait.count() == 0 ? wait : std::min(result.wait, wait);
                continue;
            }
        }
        healthy += isReady(*pod);
    }
    status.currentHealthy = healthy;
    status.desiredHealthy = needs.desiredHealthy;
    status.expectedPods = needs.expected;
    status.disruptionsAllowed = needs.expected <= 0 ? 0 : std::max(0, healthy - needs.desiredHealthy);
    status.observedGeneration = budget.metadata.generation;
    const bool allowed = status.disruptionsAllowed > 0;
    setCondition(status, allowed, allowed ? "SufficientPods" : "InsufficientPods", "",
                 budget.metadata.generation.value_or(0), base::formatTime(now));
    return result;
}

PodDisruptionBudgetStatus failedStatus(const PodDisruptionBudget& budget, const std::string& message,
                                       const std::string& now) {
    PodDisruptionBudgetStatus status = budget.status.value_or(PodDisruptionBudgetStatus());
    status.disruptionsAllowed = 0;
    setCondition(status, false, "SyncFailed", message, budget.metadata.generation.value_or(0), now);
    return status;
}

} // namespace slipway::controllers
