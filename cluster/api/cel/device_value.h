#pragma once

#include "cluster/api/cel/cel.h"
#include "cluster/api/types/resource_v1.h"

/// What expressions that choose devices see: the variable `device` with its driver, attributes and capacity, each by
/// domain and name (KEP-4381). All calls are thread-safe.
namespace slipway::api::cel {

/// The types an expression of a DeviceClass or a ResourceClaim is checked against.
const Expression::Types& deviceTypes();

/// The value of `device`. Names without a domain belong to the driver's; a domain nobody named is empty.
Value deviceValue(const std::string& driver, const resource_v1::Device& device);

} // namespace slipway::api::cel
