#pragma once
// What the first process does in a virtual machine, where no container runtime has prepared anything.

#include <string>

namespace slipway::node_init {

/// Whether this is such a machine: "slipway.vm" stands on the kernel's command line.
bool isMachine();

/// Mounts what programs expect, takes the node's files from the configuration disk (a tar archive on /dev/vdb), loads
/// the modules nodes need, sets the host name and brings the network up from /etc/slipway/network. What fails is said
/// on standard error and the rest goes on.
void setUpMachine();

/// Writes everything to disk and turns the machine off. Never returns.
[[noreturn]] void turnOff();

} // namespace slipway::node_init
