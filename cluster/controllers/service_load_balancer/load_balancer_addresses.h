#pragma once

#include "cluster/api/types/core_v1.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// Which addresses LoadBalancer services get, as plain functions.
namespace slipway::controllers {

using ServicePtr = std::shared_ptr<const api::core_v1::Service>;
using NodePtr = std::shared_ptr<const api::core_v1::Node>;

/// Whether a service asks this cluster for an address.
bool wantsLoadBalancer(const api::core_v1::Service& service);

/// The addresses a service has now.
std::vector<std::string> balancerAddresses(const api::core_v1::Service& service);

/// The addresses of the nodes that are ready and may serve from outside, on which no other service has one of the ports
/// and which the node itself does not use. @p others are the services that came first.
std::vector<std::string> nodeAddressesFor(const api::core_v1::Service& service, const std::vector<ServicePtr>& others,
                                          const std::vector<NodePtr>& nodes);

/// An address of the network @p cidr for the service: the one it asks for or has, or the first nobody has; nothing when
/// none is left. The network's own and its broadcast address are not given out.
std::optional<std::string> pooledAddressFor(const api::core_v1::Service& service, const std::vector<ServicePtr>& others,
                                            const std::string& cidr);

} // namespace slipway::controllers
