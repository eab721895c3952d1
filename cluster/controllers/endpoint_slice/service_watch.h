#pragma once

#include "cluster/controllers/endpoint_slice/service_endpoints.h"
#include "cluster/controllers/runtime/caches.h"

namespace slipway::controllers {

/// Calls @p changed with the key of each service whose selection a change of a pod concerns.
void watchSelectedPods(Caches& caches, std::function<void(const std::string& key)> changed);

/// The pods a service selects, found by the label of its selector that the fewest pods have.
std::vector<PodPtr> selectedPods(Caches& caches, const api::core_v1::Service& service);

} // namespace slipway::controllers
