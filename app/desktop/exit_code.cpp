#include "app/desktop/exit_code.h"

namespace slipway::desktop {

ExitCode exitCodeFor(vmdriver::DriverErrc code) {
    using enum vmdriver::DriverErrc;
    switch (code) {
    case badName:
        return ExitCode::usage;
    case notFound:
        return ExitCode::notFound;
    case notPrivileged:
        return ExitCode::notPrivileged;
    case missingTool:
    case imageMissing:
        return ExitCode::missing;
    case notReady:
        return ExitCode::notReady;
    case busy:
        return ExitCode::busy;
    case cancelled:
        return ExitCode::cancelled;
    default:
        return ExitCode::failed;
    }
}

} // namespace slipway::desktop
