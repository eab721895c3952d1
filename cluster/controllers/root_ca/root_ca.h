#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Publishes the cluster's certificate authority in every namespace, as the config map "kube-root-ca.crt".
std::unique_ptr<Reconciler> makeRootCaPublisher(const Context& context);

} // namespace slipway::controllers
