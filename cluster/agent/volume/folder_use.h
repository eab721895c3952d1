#pragma once

#include <cstdint>
#include <filesystem>

namespace slipway::agent {

/// What a folder takes of its file system.
struct FolderUse {
    std::uint64_t bytes = 0, inodes = 0;
};

/// Counts the blocks below a folder, on its own file system only; files with several names count once.
FolderUse folderUse(const std::filesystem::path& folder);

} // namespace slipway::agent
