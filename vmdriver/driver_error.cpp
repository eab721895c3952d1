#include "vmdriver/driver_error.h"

namespace slipway::vmdriver {

std::string_view driverErrcName(DriverErrc code) {
    switch (code) {
    case DriverErrc::notPrivileged:
        return "NotPrivileged";
    case DriverErrc::missingTool:
        return "MissingTool";
    case DriverErrc::badName:
        return "BadName";
    case DriverErrc::badProfile:
        return "BadProfile";
    case DriverErrc::imageMissing:
        return "ImageMissing";
    case DriverErrc::notFound:
        return "NotFound";
    case DriverErrc::notRunning:
        return "NotRunning";
    case DriverErrc::busy:
        return "Busy";
    case DriverErrc::sandbox:
        return "Sandbox";
    case DriverErrc::network:
        return "Network";
    case DriverErrc::notReady:
        return "NotReady";
    case DriverErrc::kubeconfig:
        return "Kubeconfig";
    case DriverErrc::cancelled:
        return "Cancelled";
    case DriverErrc::io:
        return "Io";
    }
    return "Unknown";
}

} // namespace slipway::vmdriver
