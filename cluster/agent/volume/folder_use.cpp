#include "cluster/agent/volume/folder_use.h"

#include <set>
#include <sys/stat.h>

namespace slipway::agent {

namespace fs = std::filesystem;

FolderUse folderUse(const fs::path& folder) {
    FolderUse result;
    struct stat top{};
    if (::lstat(folder.c_str(), &top) != 0)
        return result;
    std::set<ino_t> shared;
    const auto add = [&](const struct stat& info) {
        if (info.st_nlink > 1 && !S_ISDIR(info.st_mode) && !shared.insert(info.st_ino).second)
            return;
        result.bytes += static_cast<std::uint64_t>(info.st_blocks) * 512;
        ++result.inodes;
    };
    add(top);
    std::error_code error;
    fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error);
    for (const fs::recursive_directory_iterator end; !error && it != end; it.increment(error)) {
        struct stat info{};
        if (::lstat(it->path().c_str(), &info) != 0)
            continue;
        if (info.st_dev != top.st_dev) {
            it.disable_recursion_pending();
            continue;
        }
        add(info);
    }
    return result;
}

FolderUse FolderUses::of(const fs::path& folder) {
    constexpr std::chrono::minutes goodFor{1};
    const auto now = std::chrono::steady_clock::now();
    {
        std::lock_guard lock(mutex_);
        if (const auto found = known_.find(folder.string()); found != known_.end() && now - found->second.at < goodFor)
            return found->second.use;
    }
    const FolderUse use = folderUse(folder);
    std::lock_guard lock(mutex_);
    std::erase_if(known_, [&](const auto& entry) { return now - entry.second.at >= 2 * goodFor; });
    known_[folder.string()] = {use, now};
    return use;
}

} // namespace slipway::agent
