#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// The provisioner of the default storage class: a folder on the node the pod runs on.
inline constexpr const char* localPathProvisioner = "slipway.dev/local-path";

/// Makes a volume for each claim of a class of this provisioner once the claim's node is chosen, and deletes it when
/// the claim is gone (reclaim policy Delete). The folder itself is made and removed by the node's agent.
std::unique_ptr<Reconciler> makeLocalPathProvisioner(const Context& context);

} // namespace slipway::controllers
