#pragma once

#include "cluster/controllers/podautoscaler/pod_metrics.h"
#include "cluster/controllers/workload/pod_state.h"

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// How many replicas a metric asks for, as plain functions (after kube-controller-manager's replica calculator).
namespace slipway::controllers {

using PodPtr = std::shared_ptr<const api::core_v1::Pod>;

/// How far use may be from its target before anything is done.
inline constexpr double autoscalerTolerance = 0.1;

/// What a metric asks for.
struct Proposal {
    int replicas = 0;
    std::int64_t average = 0;                ///< of the pods, in thousandths
    std::optional<std::int32_t> utilization; ///< in percent of the requests
};

/// What a pod-wise metric is compared with: a share of what the pods request, or an amount for each.
struct PodTarget {
    std::string resource;                    ///< "cpu": young pods count as not ready; empty for custom metrics
    std::string container;                   ///< whose requests; empty: all
    std::optional<std::int32_t> utilization; ///< percent
    std::int64_t average = 0;                ///< thousandths
};

/// The error is in Kubernetes' words.
std::expected<Proposal, std::string> proposeFromPods(int current, const PodTarget& target, PodMetrics metrics,
                                                     const std::vector<PodPtr>& pods,
                                                     std::chrono::system_clock::time_point now);

/// From one value for all (object and external metrics): each ready pod should have its part of @p target.
Proposal proposeFromValue(int current, std::int64_t value, std::int64_t target, const std::vector<PodPtr>& pods);
/// From one value for all, and an amount for each replica.
Proposal proposeFromAverage(int current, std::int64_t value, std::int64_t average);

} // namespace slipway::controllers
