#pragma once

#include "cluster/api/types/core_v1.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

/// What a pod as a whole asks for and may use, from what its containers ask for. Plain functions.
namespace slipway::agent {

namespace core = api::core_v1;

/// Thousandths of each resource ("cpu": 250 for a quarter, "memory": bytes times 1000), by name.
using Amounts = std::map<std::string, std::int64_t>;

/// Quantities as amounts; what is not a quantity is left out.
Amounts amountsOf(const std::map<std::string, std::string>& quantities);

/// What has to be set aside for a pod: its containers together, or its neediest init container beside the sidecars that
/// run by then; what the pod names itself (KEP-2837) comes first; the overhead of its runtime class is on top.
Amounts podRequests(const core::PodSpec& spec);

/// What a pod may use at most, for each resource that is bounded: by the pod, or by every one of its containers.
Amounts podLimits(const core::PodSpec& spec);

/// "Guaranteed", "Burstable" or "BestEffort".
std::string qosClass(const core::PodSpec& spec);

/// Whether the container of that name is an init container that stays.
bool isSidecar(const core::PodSpec& spec, std::string_view name);

} // namespace slipway::agent
