#pragma once
// Addresses for a cluster's nodes, for every driver that chooses them itself.

#include "vmdriver/driver_error.h"
#include "vmdriver/profile.h"
#include "vmdriver/subnet.h"

namespace slipway::vmdriver {

/// Gives the profile a subnet when it has none, which overlaps neither what the host routes nor any other profile's,
/// and every node without an address a free one in it. Error: network.
Result<void> planAddresses(ClusterProfile& profile, const ProfileStore& store,
                           const std::vector<Ipv4Network>& alsoTaken = {});

} // namespace slipway::vmdriver
