#pragma once

#include "cluster/agent/runtime/runtime.h"

namespace slipway::agent {

/// Attaches to a running container through the streaming address that the runtime gave (http://127.0.0.1:PORT/...,
/// SPDY/3.1, as the CRI has it). Blocks until the streams are open. Letting go of the result detaches; kill() does too,
/// and leaves the container alone. The error is readable.
RuntimeResult<std::unique_ptr<ExecProcess>> attachTo(const std::string& url, bool tty, bool input);

} // namespace slipway::agent
