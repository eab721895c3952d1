#pragma once
// Images of this machine's own container engine, for people who build with it.

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "vmdriver/driver_error.h"

namespace slipway::vmdriver {

/// Writes images of the host's Docker or Podman into one docker archive.
/// Errors: missingTool when no engine runs, notFound, io, cancelled.
Result<void> saveHostImages(const std::vector<std::string>& names, const std::filesystem::path& archive,
                            std::stop_token stop = {});

/// Builds a folder with a Dockerfile into an image of that name in the host's engine. `said` receives what the build
/// printed. `scratch` is a folder for the packed context. Errors: missingTool, sandbox (the build failed), cancelled.
Result<void> buildHostImage(const std::filesystem::path& context, const std::string& name,
                            const std::filesystem::path& scratch, std::string& said, std::stop_token stop = {});

} // namespace slipway::vmdriver
