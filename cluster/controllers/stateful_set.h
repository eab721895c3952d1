#pragma once

#include "cluster/controllers/informers.h"
#include "cluster/controllers/runtime.h"

namespace slipway::controllers {

/// Gives each pod of a stateful set its name, claims and place, in order. Never two pods of one name.
std::unique_ptr<WorkloadController> makeStatefulSetController(Informers& informers,
                                                              std::shared_ptr<const client::Client> client);

} // namespace slipway::controllers
