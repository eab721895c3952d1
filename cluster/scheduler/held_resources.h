#pragma once

#include "cluster/scheduler/resources.h"

namespace slipway::scheduler {

/// What a pod with a spec takes of its node. While a change of its resources is under way, that is the most of what is
/// asked for, what is granted and what is in force; what can never be granted does not count (KEP-1287).
Resources heldBy(const api::core_v1::Pod& pod);

} // namespace slipway::scheduler
