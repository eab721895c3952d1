#pragma once
// The network of a native cluster: one bridge on the host, a link from it into each node's network namespace.

#include <string>
#include <sys/types.h>
#include <vector>

#include "vmdriver/driver_error.h"
#include "vmdriver/native/host_names.h"
#include "vmdriver/profile.h"

namespace slipway::vmdriver {

/// Makes the bridge when it is missing, and (again) the rules beside it: outward traffic is masqueraded, nothing from
/// outside reaches nodes but what the profile publishes. Where the host does not allow rules, the cluster works
/// without the way outwards and that is logged. Error: network.
Result<void> setUpNetwork(const ClusterProfile& profile, const HostNames& names);

/// Removes the bridge and its rules, and puts the host's forwarding back when this was the last bridge that needed it.
void tearDownNetwork(const HostNames& names);

/// Makes a veth pair: one end in the bridge, eth0 in the network namespace of process `pid`, with the node's address
/// and the default route. Error: network.
Result<void> attachNode(const ClusterProfile& profile, const HostNames& names, const NodeProfile& node, pid_t pid);

/// Removes the node's link; succeeds when there is none.
void detachNode(const HostNames& names, const std::string& node);

/// The nft script that replaces the cluster's table: a pure function of the profile and its names.
std::string networkRules(const ClusterProfile& profile, const HostNames& names);

} // namespace slipway::vmdriver
