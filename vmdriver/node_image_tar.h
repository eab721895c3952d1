#pragma once
// The node image's layers as one tree, for drivers whose machines do not stack layers.

#include <filesystem>
#include <string>
#include <vector>

namespace slipway::vmdriver {

/// A hash of what the node image is made of, so that what is made from it is made once.
std::string nodeImageHash(const std::filesystem::path& nodeImage);

/// The command that packs the layers into `tar`: Debian's, our programs in place of files of the same name (engines
/// refuse archives that have a path twice), and containerd's store at /var/lib/containerd.
std::vector<std::string> packNodeImage(const std::filesystem::path& nodeImage, const std::filesystem::path& tar);

} // namespace slipway::vmdriver
