#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace slipway::network {

/// The CNI configuration list of a node: each pod joined to the node by a link of its own, so that every packet of a
/// pod is routed (and seen by the packet filter), addresses from the node's ranges, host ports.
std::string cniConfig(const std::vector<std::string>& podCidrs);

/// Writes it where containerd looks, under a name that any other configuration comes before; does nothing when it is
/// there already.
std::expected<void, std::string> writeCniConfig(const std::filesystem::path& folder,
                                                const std::vector<std::string>& podCidrs);

/// Whether the folder holds another CNI configuration, which containerd then uses instead of ours.
bool hasForeignCni(const std::filesystem::path& folder);

/// Turns on forwarding, in both families where the kernel has them, and lets connections through services be remembered
/// as long as Kubernetes' own proxy does.
void prepareKernel();

} // namespace slipway::network
