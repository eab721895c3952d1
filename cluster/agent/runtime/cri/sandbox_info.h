#pragma once

#include "cluster/agent/runtime/runtime.h"

namespace slipway::agent {

/// The network namespace's path in what containerd tells about a sandbox when asked to be verbose (JSON); empty when
/// the sandbox uses the node's own.
RuntimeResult<std::string> networkNamespaceIn(const std::string& info);

} // namespace slipway::agent
