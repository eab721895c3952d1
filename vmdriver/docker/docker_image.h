#pragma once
// The node image as an image of the container engine.

#include <filesystem>
#include <stop_token>
#include <string>

#include "vmdriver/docker/engine.h"

namespace slipway::vmdriver {

/// "slipway/node:HASH" (nodeImageHash), imported when the engine does not have it. Images of earlier builds that
/// nothing uses go. Errors: sandbox, io, cancelled.
Result<std::string> ensureNodeImage(const Engine& engine, const std::filesystem::path& nodeImage,
                                    const std::filesystem::path& scratch, std::stop_token stop);

} // namespace slipway::vmdriver
