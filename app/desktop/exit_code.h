#pragma once
// Exit codes that scripts and CI jobs can rely on (documented in slipway(1)).

#include "vmdriver/driver_error.h"

namespace slipway::desktop {

enum class ExitCode : int {
    success = 0,
    failed = 1,        ///< the operation failed, or what was asked about does not run
    usage = 2,         ///< the command line is wrong
    notFound = 3,      ///< no such cluster, node or image
    notPrivileged = 4, ///< more rights are needed
    missing = 5,       ///< a program or the node image is not installed, or no driver works here
    notReady = 6,      ///< it started, but was not ready in time
    busy = 7,          ///< another slipway is working on the same cluster
    cancelled = 130,   ///< interrupted
};

ExitCode exitCodeFor(vmdriver::DriverErrc code);

} // namespace slipway::desktop
