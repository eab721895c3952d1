#pragma once
// The link between the host and a node's network namespace.

#include <string>
#include <sys/types.h>

#include "vmdriver/driver_error.h"

namespace slipway::vmdriver {

struct NodeLink {
    std::string hostInterface; ///< "slw-" and eight hexadecimal digits
    std::string subnet;        ///< "172.30.0.0/24"
    std::string hostAddress, nodeAddress;
};

/// "slw-1a2b3c4d": stable for a cluster and node, and short enough for an interface name.
std::string interfaceName(const std::string& cluster, const std::string& node);

/// Makes a veth pair: hostInterface here, eth0 in the network namespace of process `pid`, with addresses and the
/// default route. Error: network.
Result<void> attachLink(const NodeLink& link, pid_t pid);

/// Lets the node reach what the host reaches, by forwarding and masquerading, where the host allows that. Only pulling
/// images needs it, so a failure is logged and no more. Forwarding stays on afterwards, since others may have come to
/// rely on it.
void allowOutwards(const NodeLink& link);

/// Removes the interface and its rules; succeeds when there are none.
void detachLink(const std::string& hostInterface);

} // namespace slipway::vmdriver
