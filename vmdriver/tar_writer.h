#pragma once
// Files as a tar archive in memory: what engines take to put files into a container, and kernels as an initrd's parts.

#include <string>
#include <vector>

#include "vmdriver/node_config.h"

namespace slipway::vmdriver {

/// A POSIX ustar archive (IEEE Std 1003.1, pax) of the files, owned by root, with the folders they need. Paths longer
/// than 255 bytes are left out, since none of ours are.
std::string tarOf(const std::vector<NodeFile>& files);

} // namespace slipway::vmdriver
