#pragma once

#include "cluster/agent/runtime/runtime.h"

namespace slipway::agent {

/// Starts @p arguments (program first, found on the path) as a child with pipes, or with a terminal when @p tty.
/// Without @p input its standard input is empty. Errors: the system refused.
RuntimeResult<std::unique_ptr<ExecProcess>> startProcess(const std::vector<std::string>& arguments, bool tty,
                                                         bool input);

} // namespace slipway::agent
