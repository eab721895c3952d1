#pragma once

#include "cluster/api/types/policy_v1.h"
#include "cluster/controllers/workload/pod_state.h"

#include <chrono>
#include <memory>
#include <vector>

namespace slipway::controllers {

using PodPtr = std::shared_ptr<const api::core_v1::Pod>;

/// How many pods a budget expects and how many of them must be healthy.
struct DisruptionNeeds {
    int expected = 0, desiredHealthy = 0;
};

/// The needs of a budget over pods whose controllers want @p expected together; @p pods are those there are.
/// maxUnavailable and shares count against what the controllers want, a number in minAvailable against what there is.
DisruptionNeeds disruptionNeeds(const api::policy_v1::PodDisruptionBudgetSpec& spec, int expected, int pods);

/// A budget's status, and how long until a pod that was evicted but is still there is given up on (two minutes after
/// its eviction). Condition DisruptionAllowed in Kubernetes' words.
struct DisruptionStatus {
    api::policy_v1::PodDisruptionBudgetStatus status;
    std::chrono::milliseconds wait{0};
};
DisruptionStatus disruptionStatus(const api::policy_v1::PodDisruptionBudget& budget, const DisruptionNeeds& needs,
                                  const std::vector<PodPtr>& pods, std::chrono::system_clock::time_point now);

/// The status of a budget whose needs cannot be known.
api::policy_v1::PodDisruptionBudgetStatus failedStatus(const api::policy_v1::PodDisruptionBudget& budget,
                                                       const std::string& message, const std::string& now);

} // namespace slipway::controllers
