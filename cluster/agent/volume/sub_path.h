#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace slipway::agent {

/// Binds @p sub of a volume to @p target, which is made (and, when something is bound there, replaced). Directories of
/// @p sub that are missing are made with the volume's own mode. The path is walked inside the volume by the kernel:
/// links that lead out of it are refused, whatever a container changes meanwhile. The error is a readable message.
std::expected<void, std::string> bindSubPath(const std::filesystem::path& volume, const std::string& sub,
                                             const std::filesystem::path& target);

} // namespace slipway::agent
