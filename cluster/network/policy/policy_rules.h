#pragma once

#include "cluster/network/nftables/table.h"
#include "cluster/network/policy/policy_plan.h"

namespace slipway::network {

/// The rules of a plan, in a table of their own.
///
/// They look at forwarded packets only: a node always reaches its pods, and they it. Every packet of the direction a
/// connection was opened in is judged, so that a changed policy ends connections that it forbids; answers pass with
/// their connection. Pods under the same policies share a chain, and who a rule lets pass stands in a set, so that a
/// pod that comes or goes changes elements, not rules.
Contribution policyRules(const PolicyPlan& plan, Family family);

} // namespace slipway::network
