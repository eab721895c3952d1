#pragma once

#include "cluster/client/client.h"
#include "cluster/controllers/endpoint_slice/slice_plan.h"
#include "cluster/controllers/runtime/caches.h"

namespace slipway::controllers {

/// The label that tells which service a slice is of, and the one that tells who keeps it.
inline constexpr const char *serviceNameLabel = "kubernetes.io/service-name",
                            *managedByLabel = "endpointslice.kubernetes.io/managed-by";

/// Lets slices be found by their service; before the caches start.
void indexSlices(Caches& caches);
/// The slices of a service that a controller keeps, without those being deleted.
std::vector<SlicePtr> slicesKeptBy(Caches& caches, const std::string& manager, const std::string& ns,
                                   const std::string& service);

/// Carries a plan out.
client::Result<void> writeSlices(const client::Client& client, const SlicePlan& plan);

} // namespace slipway::controllers
