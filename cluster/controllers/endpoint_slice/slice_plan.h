#pragma once

#include "cluster/api/types/discovery_v1.h"

#include <memory>
#include <string>
#include <vector>

/// How endpoints are shared out among slices, as plain functions.
namespace slipway::controllers {

using SlicePtr = std::shared_ptr<const api::discovery_v1::EndpointSlice>;

/// Endpoints that have the same ports and the same kind of address: those of one group of slices.
struct EndpointGroup {
    std::string addressType; ///< "IPv4" or "IPv6"
    std::vector<api::discovery_v1::EndpointPort> ports;
    std::vector<api::discovery_v1::Endpoint> endpoints;
};

/// The group of that address type and those ports, made when it is missing.
EndpointGroup& groupOf(std::vector<EndpointGroup>& groups, const std::string& addressType,
                       const std::vector<api::discovery_v1::EndpointPort>& ports);

/// What is to be written.
struct SlicePlan {
    std::vector<api::discovery_v1::EndpointSlice> create, update;
    std::vector<SlicePtr> remove;
};

/// Brings the slices that are there to what is wanted with few writes: an endpoint stays in its slice, new ones fill up
/// slices that are to be written anyway, then others, then new ones (after the endpointslice reconciler). @p base has
/// the labels, owner and name prefix every slice is to have, and, when an empty slice is to tell that there are no
/// endpoints, its address type; @p perSlice is the most endpoints of one.
SlicePlan planSlices(const api::discovery_v1::EndpointSlice& base, std::vector<EndpointGroup> groups,
                     const std::vector<SlicePtr>& present, std::size_t perSlice);

} // namespace slipway::controllers
