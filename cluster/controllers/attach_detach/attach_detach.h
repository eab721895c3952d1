#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Makes and removes the VolumeAttachments of CSI volumes as pods come to nodes and go, and keeps what is attached in
/// the nodes' statuses. The attacher of the driver does the rest.
std::unique_ptr<Reconciler> makeAttachDetachController(const Context& context);

} // namespace slipway::controllers
