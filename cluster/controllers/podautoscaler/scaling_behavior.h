#pragma once

#include "cluster/api/types/autoscaling_v2.h"

#include <chrono>
#include <string>
#include <vector>

/// How fast a target may be scaled, as plain functions (KEP-853).
namespace slipway::controllers {

using SteadyTime = std::chrono::steady_clock::time_point;

/// A change of the target's size that was carried out.
struct ScaleEvent {
    int change = 0; ///< pods that came or went, more than 0
    SteadyTime at;
};

/// A size that metrics asked for.
struct Recommendation {
    int replicas = 0;
    SteadyTime at;
};

/// What is remembered of one autoscaler between its syncs.
struct ScalingHistory {
    std::vector<Recommendation> recommendations;
    std::vector<ScaleEvent> up, down;

    /// Drops what no rule looks at any more.
    void forgetBefore(SteadyTime time);
};

/// A size, and the condition that tells why it is that one.
struct Limited {
    int replicas = 0;
    std::string reason, message;
};

/// The behaviour of an autoscaler with the defaults filled in: up by 4 pods or 100 % in 15 s without waiting, down by
/// 100 % in 15 s after five minutes.
api::autoscaling_v2::HorizontalPodAutoscalerBehavior
behaviorOf(const api::autoscaling_v2::HorizontalPodAutoscalerSpec& spec);

/// The size that the recommendations within the stabilization windows allow.
Limited stabilized(int current, int desired, const api::autoscaling_v2::HorizontalPodAutoscalerBehavior& behavior,
                   const std::vector<Recommendation>& recommendations, SteadyTime now);

/// The size that the policies and the limits of the autoscaler allow.
Limited rateLimited(int current, int desired, int least, int most,
                    const api::autoscaling_v2::HorizontalPodAutoscalerBehavior& behavior, const ScalingHistory& history,
                    SteadyTime now);

} // namespace slipway::controllers
