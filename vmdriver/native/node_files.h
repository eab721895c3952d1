#pragma once
// The directory of a native node: what is copied into it and written for it before it starts.

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "vmdriver/driver_error.h"
#include "vmdriver/node_config.h"

namespace slipway::vmdriver {

struct NodeFiles {
    std::filesystem::path dir; ///< <state>/clusters/CLUSTER/nodes/NODE
    std::filesystem::path programs() const { return dir / "programs"; }
    std::filesystem::path upper() const { return dir / "upper"; }
    std::filesystem::path work() const { return dir / "work"; }
    std::filesystem::path containerd() const { return dir / "containerd"; }
    std::filesystem::path data() const { return dir / "data"; }
    std::filesystem::path log() const { return dir / "log"; }

    /// The host's places that may hold a path of a stopped node, the one that wins first. `base` is the image's lowest
    /// layer.
    std::vector<std::filesystem::path> places(const std::string& inside, const std::filesystem::path& base) const;
};

/// Copies the programs and, the first time, the containerd store out of the image, and writes `files`. Does only what
/// is missing or older. Errors: io, cancelled.
Result<void> prepareNodeFiles(const NodeFiles& node, const std::filesystem::path& image,
                              const std::vector<NodeFile>& files, std::stop_token stop);

/// Copies what the node keeps into `folder`, and back. The copy shares blocks where the file system can. Errors: io,
/// cancelled.
Result<void> saveNodeFiles(const NodeFiles& node, const std::filesystem::path& folder, std::stop_token stop);
Result<void> restoreNodeFiles(const NodeFiles& node, const std::filesystem::path& folder, std::stop_token stop);

} // namespace slipway::vmdriver
