#pragma once

#include "cluster/api/types/core_v1.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace slipway::scheduler {

namespace plugins {
struct FilterPlugin;
struct ScorePlugin;
} // namespace plugins

/// A resource and how much it counts in a score.
struct WeightedResource {
    std::string name;
    std::int64_t weight = 1;
};

/// How NodeResourcesFit rates nodes (NodeResourcesFitArgs.scoringStrategy).
struct ResourceStrategy {
    enum class Kind { leastAllocated, mostAllocated, requestedToCapacityRatio } kind = Kind::leastAllocated;
    std::vector<WeightedResource> resources{{"cpu", 1}, {"memory", 1}};
    /// Utilization in per cent and the score there, 0 to 10, rising in utilization; between points it is a line.
    std::vector<std::pair<std::int64_t, std::int64_t>> shape;
};

/// One of the ways to schedule (KubeSchedulerProfile): which plugins are asked, what they count, and their arguments.
/// Pods choose one by spec.schedulerName. Immutable once made.
struct Profile {
    struct Score {
        const plugins::ScorePlugin* plugin = nullptr;
        int weight = 1;
    };

    std::string name = "default-scheduler";
    std::vector<const plugins::FilterPlugin*> filters; ///< in the order they are asked
    std::vector<Score> scores;
    bool holdsGatedPods = true;       ///< SchedulingGates
    bool preempts = true;             ///< DefaultPreemption
    int percentageOfNodesToScore = 0; ///< 0: by the size of the cluster

    ResourceStrategy fit;
    std::set<std::string> ignoredResources, ignoredResourceGroups; ///< that NodeResourcesFit does not look at
    std::vector<WeightedResource> balanced{{"cpu", 1}, {"memory", 1}};
    std::optional<api::core_v1::NodeAffinity> addedAffinity; ///< of NodeAffinity, beside the pod's own
    std::int64_t hardPodAffinityWeight = 1; ///< what a running pod's required affinity counts among preferences
    bool ignoresPreferencesOfRunningPods = false;
    /// Of PodTopologySpread for pods without constraints of their own; nothing: pods of one owner are spread.
    std::optional<std::vector<api::core_v1::TopologySpreadConstraint>> defaultConstraints;
    int minCandidateNodesPercentage = 10, minCandidateNodesAbsolute = 100; ///< of DefaultPreemption
};

/// Every plugin with its usual weight and arguments.
const Profile& defaultProfile();

} // namespace slipway::scheduler
