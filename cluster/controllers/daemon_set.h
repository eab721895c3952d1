#pragma once

#include "cluster/controllers/informers.h"
#include "cluster/controllers/runtime.h"

namespace slipway::controllers {

/// Keeps one pod of a daemon set on every node that suits it.
std::unique_ptr<WorkloadController> makeDaemonSetController(Informers& informers,
                                                            std::shared_ptr<const client::Client> client);

} // namespace slipway::controllers
