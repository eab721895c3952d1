#pragma once

#include "cluster/controllers/informers.h"
#include "cluster/controllers/runtime.h"

namespace slipway::controllers {

/// Runs jobs to completion, and deletes finished ones when their time to live is over.
std::unique_ptr<WorkloadController> makeJobController(Informers& informers,
                                                      std::shared_ptr<const client::Client> client);

} // namespace slipway::controllers
