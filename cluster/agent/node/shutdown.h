#pragma once

#include "cluster/agent/pod/pods.h"

namespace slipway::agent {

/// Ends every pod of a node that is being switched off (KEP-2000): first ordinary pods, then critical ones, which keep
/// the last third of the time. Returns when nothing runs any more, or when @p limit is over. Blocks.
void endPods(Pods& pods, std::chrono::seconds limit);

} // namespace slipway::agent
