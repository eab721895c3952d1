#pragma once

#include "cluster/controllers/podautoscaler/replica_calculation.h"
#include "cluster/controllers/runtime/metadata_watch.h"

namespace slipway::controllers {

/// The target of an autoscaler as its scale subresource shows it.
struct ScaleTarget {
    client::ResourceRef resource;
    std::string ns, name, selector, resourceVersion;
    int wanted = 0, present = 0;
    std::vector<PodPtr> pods; ///< those of the selector
};

/// What one metric of an autoscaler asks for, or why it cannot tell.
struct MetricProposal {
    Proposal proposal;
    std::string name; ///< as events call it: "cpu resource utilization (percentage of request)"
    api::autoscaling_v2::MetricStatus status;
};
struct MetricFailure {
    std::string reason, message; ///< of the condition ScalingActive
};

/// Asks for a metric and works out what it means. Blocks.
std::expected<MetricProposal, MetricFailure> proposeFromMetric(const api::autoscaling_v2::MetricSpec& metric,
                                                               const ScaleTarget& target, const MetricsClient& client,
                                                               const MetadataWatch& kinds);

} // namespace slipway::controllers
