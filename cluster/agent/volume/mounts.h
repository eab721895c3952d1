#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace slipway::agent {

/// Whether something is mounted exactly there (also a bind mount of the same file system).
bool isMountPoint(const std::filesystem::path& path);

/// Unmounts everything at and below @p folder, innermost first, then removes it. What could not be unmounted is
/// never walked into: false then, and nothing is removed. Absent folders are fine.
bool removeTreeAndMounts(const std::filesystem::path& folder);

/// Mounts an NFS export with the node's mount program, unless it is there. The error is what the program said.
std::expected<void, std::string> mountNfs(const std::filesystem::path& folder, const std::string& server,
                                          const std::string& path, bool readOnly,
                                          const std::vector<std::string>& options);

/// Gives everything below @p path to a group that may read and write it (fsGroup); directories hand the group on.
/// @p onlyOnMismatch: nothing is done when the top already is as wanted (fsGroupChangePolicy: OnRootMismatch).
void giveToGroup(const std::filesystem::path& path, std::int64_t group, bool onlyOnMismatch);

} // namespace slipway::agent
