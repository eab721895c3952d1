#pragma once

#include "cluster/scheduler/cycle.h"
#include "cluster/scheduler/reasons.h"

namespace slipway::scheduler {

/// Asks the filter plugins; null when the node can take the pod, or else the plugin that refuses, and why. Room that
/// preemption made on the node for pods of the same or a higher priority counts as taken. @p reasons is emptied first.
const plugins::FilterPlugin* refusalOf(const Cycle& cycle, const NodeInfo& node, Reasons& reasons);

/// Whether a refusal by @p plugin may go away when pods leave the node.
bool helpedByPreemption(const Cycle& cycle, const NodeInfo& node, const plugins::FilterPlugin& plugin);

} // namespace slipway::scheduler
