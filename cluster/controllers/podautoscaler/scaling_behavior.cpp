#include "cluster/controllers/podautoscaler/scaling_behavior.h"

#include <algorithm>
#include <cmath>

namespace slipway::controllers {

using api::autoscaling_v2::HorizontalPodAutoscalerBehavior;
using api::autoscaling_v2::HPAScalingPolicy;
using api::autoscaling_v2::HPAScalingRules;
using std::chrono::seconds;

namespace {

HPAScalingPolicy policy(const char* type, int value) {
    HPAScalingPolicy made;
    made.type = type;
    made.value = value;
    made.periodSeconds = 15;
    return made;
}

HPAScalingRules filled(const std::optional<HPAScalingRules>& given, int window,
                       std::vector<HPAScalingPolicy> policies) {
    HPAScalingRules rules = given.value_or(HPAScalingRules());
    if (!rules.stabilizationWindowSeconds)
        rules.stabilizationWindowSeconds = window;
    if (rules.policies.empty())
        rules.policies = std::move(policies);
    if (rules.selectPolicy.empty())
        rules.selectPolicy = "Max";
    return rules;
}

int changedSince(const std::vector<ScaleEvent>& events, SteadyTime since) {
    int total = 0;
    for (const ScaleEvent& event : events)
        total += event.at > since ? event.change : 0;
    return total;
}

/// The farthest a policy lets the size go from what it was when its period began.
int limitOf(const HPAScalingPolicy& policy, bool up, int current, const ScalingHistory& history, SteadyTime now) {
    const SteadyTime since = now - seconds(policy.periodSeconds);
    const int start = current - changedSince(history.up, since) + changedSince(history.down, since);
    if (policy.type == "Pods")
        return up ? start + policy.value : start - policy.value;
    const double share = policy.value / 100.0;
    return up ? static_cast<int>(std::ceil(start * (1 + share))) : static_cast<int>(start * (1 - share));
}

int limitOf(const HPAScalingRules& rules, bool up, int current, const ScalingHistory& history, SteadyTime now) {
    if (rules.selectPolicy == "Disabled" || rules.policies.empty())
        return current;
    std::vector<int> limits;
    for (const HPAScalingPolicy& each : rules.policies)
        limits.push_back(limitOf(each, up, current, history, now));
    // "Max" is the policy that changes most, in whichever direction.
    const bool highest = up == (rules.selectPolicy != "Min");
    const int limit = highest ? std::ranges::max(limits) : std::ranges::min(limits);
    return up ? std::max(limit, current) : std::min(limit, current);
}

} // namespace

void ScalingHistory::forgetBefore(SteadyTime time) {
    std::erase_if(recommendations, [&](const Recommendation& entry) { return entry.at < time; });
    for (auto* events : {&up, &down})
        std::erase_if(*events, [&](const ScaleEvent& event) { return event.at < time; });
}

HorizontalPodAutoscalerBehavior behaviorOf(const api::autoscaling_v2::HorizontalPodAutoscalerSpec& spec) {
    const auto given = spec.behavior.value_or(HorizontalPodAutoscalerBehavior());
    HorizontalPodAutoscalerBehavior behavior;
    behavior.scaleUp = filled(given.scaleUp, 0, {policy("Pods", 4), policy("Percent", 100)});
    behavior.scaleDown = filled(given.scaleDown, 300, {policy("Percent", 100)});
    return behavior;
}

Limited stabilized(int current, int desired, const HorizontalPodAutoscalerBehavior& behavior,
                   const std::vector<Recommendation>& recommendations, SteadyTime now) {
    const SteadyTime upSince = now - seconds(*behavior.scaleUp->stabilizationWindowSeconds),
                     downSince = now - seconds(*behavior.scaleDown->stabilizationWindowSeconds);
    int lowest = desired, highest = desired;
    for (const Recommendation& entry : recommendations) {
        if (entry.at > upSince)
            lowest = std::min(lowest, entry.replicas);
        if (entry.at > downSince)
            highest = std::max(highest, entry.replicas);
    }
    const int replicas = std::min(std::max(current, lowest), highest);
    if (replicas == desired)
        return {replicas, "ReadyForNewScale", "recommended size matches current size"};
    if (replicas > desired)
        return {replicas, "ScaleDownStabilized",
                "recent recommendations were higher than current one, applying the highest recent recommendation"};
    return {replicas, "ScaleUpStabilized",
            "recent recommendations were lower than current one, applying the lowest recent recommendation"};
}

Limited rateLimited(int current, int desired, int least, int most, const HorizontalPodAutoscalerBehavior& behavior,
                    const ScalingHistory& history, SteadyTime now) {
    if (desired > current) {
        const int limit = limitOf(*behavior.scaleUp, true, current, history, now);
        if (desired > std::min(limit, most))
            return limit < most ? Limited{limit, "ScaleUpLimit",
                                          "the desired replica count is increasing faster than the maximum scale rate"}
                                : Limited{most, "TooManyReplicas",
                                          "the desired replica count is more than the maximum replica count"};
    } else if (desired < current) {
        const int limit = limitOf(*behavior.scaleDown, false, current, history, now);
        if (desired < std::max(limit, least))
            return limit > least ? Limited{limit, "ScaleDownLimit",
                                           "the desired replica count is decreasing faster than the maximum scale rate"}
                                 : Limited{least, "TooFewReplicas",
                                           "the desired replica count is less than the minimum replica count"};
    }
    if (desired > most)
        return {most, "TooManyReplicas", "the desired replica count is more than the maximum replica count"};
    if (desired < least)
        return {least, "TooFewReplicas", "the desired replica count is less than the minimum replica count"};
    return {desired, "DesiredWithinRange", "the desired count is within the acceptable range"};
}

} // namespace slipway::controllers
