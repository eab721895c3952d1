#pragma once

#include "cluster/agent/node/capacity.h"
#include "cluster/agent/node/eviction.h"

namespace slipway::agent {

/// What the node has left, for the signals of eviction. Pods' files and images are on the file system of the
/// capacity's root.
Supplies suppliesOf(const Capacity& capacity);

} // namespace slipway::agent
