#pragma once

#include "cluster/api/types/core_v1.h"

#include <cstdint>

namespace slipway::agent {

/// The least priority of pods a cluster needs (system-cluster-critical).
constexpr std::int32_t criticalPriority = 2'000'000'000;

inline bool hasCriticalPriority(const api::core_v1::Pod& pod) {
    return pod.spec->priority.value_or(0) >= criticalPriority;
}

/// Whether a pod is kept while others are refused or evicted: by its priority, or because it is of the node itself.
inline bool isCritical(const api::core_v1::Pod& pod) {
    return hasCriticalPriority(pod) || pod.metadata.annotations.contains("kubernetes.io/config.source");
}

} // namespace slipway::agent
