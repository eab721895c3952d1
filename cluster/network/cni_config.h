#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace slipway::network {

/// The CNI configuration list of a node: pods on a bridge, addresses from the node's range, host ports.
std::string cniConfig(const std::string& podCidr, const std::string& bridge = "cni0");

/// Writes it where containerd looks; does nothing when it is there already.
std::expected<void, std::string> writeCniConfig(const std::filesystem::path& folder, const std::string& podCidr);

/// Turns on forwarding, and shows bridged packets to the packet filter where the kernel can. False when it cannot: then
/// traffic between pods of one node through a service has to be masqueraded.
bool prepareKernelForwarding();

} // namespace slipway::network
