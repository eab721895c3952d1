#pragma once

#include "cluster/apiserver/node_connections.h"

namespace slipway::apiserver {

/// The group metrics.k8s.io/v1beta1 (NodeMetrics, PodMetrics), answered from what the agents measure. Plain functions
/// apart from the questions to the agents.
inline constexpr char metricsGroup[] = "metrics.k8s.io";

/// Adds the group to /apis, in the plain or the aggregated form.
void addMetricsGroup(api::JsonObject& document);

/// /apis/metrics.k8s.io and /apis/metrics.k8s.io/v1beta1; empty for other versions.
api::JsonObject metricsDiscovery(const std::vector<std::string>& parts);

/// Answers get and list of nodes and pods; nodes that cannot be reached are left out of lists.
Answer answerMetrics(const Request& request, const RequestInfo& info, const WatchCache& cache, NodeConnections& nodes);

} // namespace slipway::apiserver
