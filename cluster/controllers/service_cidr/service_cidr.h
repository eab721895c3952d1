#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>
#include <string>

namespace slipway::controllers {

/// Whether a network ("10.96.0.0/16", "fd00::/112") holds an address of its own family.
bool holdsAddress(const std::string& cidr, const std::string& address);

/// Keeps a ServiceCIDR from going while services have addresses of it that no other one holds (KEP-1880).
std::unique_ptr<Reconciler> makeServiceCidrController(const Context& context);

} // namespace slipway::controllers
