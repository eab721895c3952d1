#pragma once
// The driver `native`: nodes are namespace sandboxes on this machine, made by runc. No daemon.

#include <filesystem>
#include <memory>

#include "vmdriver/driver.h"

namespace slipway::vmdriver {

struct NativePaths {
    std::filesystem::path stateDir; ///< nodes live in <stateDir>/clusters/CLUSTER/nodes/NODE
    std::filesystem::path runDir;
    std::filesystem::path nodeImage; ///< made by installer/node-image/build
};

/// Files of a node, below its directory:
///   programs/   its copy of the image's top layer, with the configuration written for it
///   upper/ work/  what the node changed in its root file system
///   containerd/ containerd's store (a real directory: overlays do not stack on overlays)
///   data/       /var/lib/slipway inside;  log/  /var/log/slipway inside
std::unique_ptr<Driver> makeNativeDriver(NativePaths paths);

} // namespace slipway::vmdriver
