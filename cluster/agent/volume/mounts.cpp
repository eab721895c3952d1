#include "cluster/agent/volume/mounts.h"

#include "cluster/base/log.h"

#include <algorithm>
#include <cstring>
#include <format>
#include <fstream>
#include <spawn.h>
#include <sstream>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace slipway::agent {

namespace fs = std::filesystem;

namespace {

/// "\040" and the like, as the kernel writes blanks in paths.
std::string unescaped(const std::string& text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] == '\\' && i + 3 < text.size()) {
            result += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
            i += 3;
        } else
            result += text[i];
    return result;
}

/// In the order they were mounted.
std::vector<std::string> mountPoints() {
    std::vector<std::string> result;
    std::ifstream file("/proc/self/mountinfo");
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string skip, point;
        words >> skip >> skip >> skip >> skip >> point;
        result.push_back(unescaped(point));
    }
    return result;
}

std::vector<std::string> mountsBelow(const fs::path& folder) {
    std::vector<std::string> all = mountPoints();
    const std::string top = folder.string();
    std::erase_if(all, [&](const std::string& point) { return point != top && !point.starts_with(top + "/"); });
    return all;
}

fs::path real(const fs::path& path) {
    std::error_code error;
    const fs::path above = fs::canonical(path.parent_path(), error);
    return error ? path : above / path.filename();
}

} // namespace

bool isMountPoint(const fs::path& path) {
    const std::string wanted = real(path).string();
    return std::ranges::contains(mountPoints(), wanted);
}

bool removeTreeAndMounts(const fs::path& folder) {
    std::error_code error;
    if (!fs::exists(fs::symlink_status(folder, error)))
        return true;
    const fs::path top = real(folder);
    const auto below = mountsBelow(top);
    for (auto point = below.rbegin(); point != below.rend(); ++point)
        ::umount2(point->c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
    if (const auto left = mountsBelow(top); !left.empty()) {
        base::warn("agent", "{} is still mounted: it is left alone", left.front());
        return false;
    }
    fs::remove_all(top, error);
    if (error)
        base::warn("agent", "removing {}: {}", top.string(), error.message());
    return !error;
}

std::expected<void, std::string> mountNfs(const fs::path& folder, const std::string& server, const std::string& path,
                                          bool readOnly, const std::vector<std::string>& options) {
    if (isMountPoint(folder))
        return {};
    std::error_code error;
    fs::create_directories(folder, error);
    std::string list = readOnly ? "ro" : "rw";
    for (const auto& option : options)
        list += "," + option;
    std::vector<std::string> arguments{"timeout",           "60",           "mount", "-t", "nfs", "-o", list,
                                       server + ":" + path, folder.string()};
    std::vector<char*> argv;
    for (auto& argument : arguments)
        argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_t child = 0;
    if (const int failed = ::posix_spawnp(&child, "timeout", nullptr, nullptr, argv.data(), environ); failed != 0)
        return std::unexpected(std::format("mount: {}", std::strerror(failed)));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return std::unexpected(std::format("mount failed: exit status {}\nMounting command: mount\nMounting arguments: "
                                           "-t nfs {}:{} {}",
                                           WIFEXITED(status) ? WEXITSTATUS(status) : -1, server, path,
                                           folder.string()));
    return {};
}

void giveToGroup(const fs::path& path, std::int64_t group, bool onlyOnMismatch) {
    struct stat top{};
    if (::stat(path.c_str(), &top) != 0)
        return;
    if (onlyOnMismatch && top.st_gid == static_cast<gid_t>(group) && (top.st_mode & 02070U) == 02070U)
        return;
    const auto give = [&](const fs::path& entry) {
        struct stat info{};
        if (::lstat(entry.c_str(), &info) != 0 || S_ISLNK(info.st_mode))
            return;
        std::ignore = ::lchown(entry.c_str(), static_cast<uid_t>(-1), static_cast<gid_t>(group));
        const mode_t more = S_ISDIR(info.st_mode) ? 02770U : 0660U;
        ::chmod(entry.c_str(), (info.st_mode & 07777U) | more);
    };
    std::error_code error;
    for (fs::recursive_directory_iterator it(path, error), end; !error && it != end; it.increment(error))
        give(it->path());
    give(path);
}

} // namespace slipway::agent
