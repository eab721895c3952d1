#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>

namespace slipway::agent {

/// What a folder takes of its file system.
struct FolderUse {
    std::uint64_t bytes = 0, inodes = 0;
};

/// Counts the blocks below a folder, on its own file system only; files with several names count once.
FolderUse folderUse(const std::filesystem::path& folder);

/// folderUse() that looks again after a minute only: walking is dear, and figures are asked for often. Thread-safe.
class FolderUses {
public:
    FolderUse of(const std::filesystem::path& folder);

private:
    struct Known {
        FolderUse use;
        std::chrono::steady_clock::time_point at;
    };
    std::mutex mutex_;
    std::map<std::string, Known> known_;
};

} // namespace slipway::agent
