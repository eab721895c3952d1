#pragma once

#include "cluster/client/client.h"
#include "cluster/controllers/disruption/disruption_plan.h"
#include "cluster/controllers/runtime/metadata_watch.h"

namespace slipway::controllers {

/// How many pods the controllers of these pods want together: the scale of each, and of what owns a replica set the
/// owner's. The error says which pod's controller cannot tell.
client::Result<int> expectedPods(const std::vector<PodPtr>& pods, const client::Client& client,
                                 const MetadataWatch& kinds);

} // namespace slipway::controllers
