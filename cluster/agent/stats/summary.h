#pragma once

#include "cluster/agent/stats/node_stats.h"

namespace slipway::agent {

/// /stats/summary (k8s.io/kubelet/pkg/apis/stats/v1alpha1). Plain.
std::string statsSummary(const NodeStats& stats);

} // namespace slipway::agent
