#pragma once
// The directory of a native node: what is copied into it and written for it before it starts.

#include <filesystem>
#include <stop_token>
#include <string>

#include "vmdriver/driver_error.h"
#include "vmdriver/profile.h"

namespace slipway::vmdriver {

struct NodeFiles {
    std::filesystem::path dir; ///< <state>/clusters/CLUSTER/nodes/NODE
    std::filesystem::path programs() const { return dir / "programs"; }
    std::filesystem::path upper() const { return dir / "upper"; }
    std::filesystem::path work() const { return dir / "work"; }
    std::filesystem::path containerd() const { return dir / "containerd"; }
    std::filesystem::path data() const { return dir / "data"; }
    std::filesystem::path log() const { return dir / "log"; }
};

/// Text of /etc/slipway/services for the node: containerd, and the programs the image has.
std::string servicesFile(const ClusterProfile& profile, const NodeProfile& node, bool hasServer, bool hasAgent);

/// Copies the programs and, the first time, the containerd store out of the image, and writes hosts, resolv.conf and
/// the services. Does only what is missing or older. Errors: io, cancelled.
Result<void> prepareNodeFiles(const NodeFiles& files, const std::filesystem::path& image, const ClusterProfile& profile,
                              const NodeProfile& node, std::stop_token stop);

} // namespace slipway::vmdriver
