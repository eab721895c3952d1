#pragma once

#include <chrono>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>

namespace slipway::agent {

/// Moves a container's log aside once it has grown past @p mostBytes, and removes the oldest of the moved ones so that
/// @p mostFiles stay, the current one included. @p reopen makes the runtime go on in a new file; where that fails, the
/// log is moved back. True when the log was moved.
std::expected<bool, std::string> rotateLog(const std::filesystem::path& log, std::uint64_t mostBytes, int mostFiles,
                                           std::chrono::system_clock::time_point now,
                                           const std::function<std::expected<void, std::string>()>& reopen);

/// Removes a log and those moved aside from it.
void removeLogs(const std::filesystem::path& log);

} // namespace slipway::agent
