#pragma once

#include "cluster/scheduler/devices.h"
#include "cluster/scheduler/node_info.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::scheduler::plugins {

/// Finds free devices for all of @p claims (their keys in @p devices) on one node: of each request's alternatives the
/// first that can be had, under the claims' constraints. Nothing when they cannot all be had, or when finding out takes
/// too many steps. Devices that share counters are passed over: partitions are not reckoned with.
std::optional<std::map<std::string, api::resource_v1::AllocationResult>>
allocateDevices(const Devices& devices, const std::vector<std::string>& claims, const NodeInfo& node);

} // namespace slipway::scheduler::plugins
