#include "cluster/agent/server/node_files.h"

#include <algorithm>
#include <dirent.h>
#include <fcntl.h>
#include <format>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace slipway::agent {
namespace {

std::string htmlEscaped(std::string_view text) {
    std::string out;
    for (const char c : text)
        out += c == '<'    ? "&lt;"
               : c == '>'  ? "&gt;"
               : c == '&'  ? "&amp;"
               : c == '"'  ? "&#34;"
               : c == '\'' ? "&#39;"
                           : std::string(1, c);
    return out;
}

} // namespace

std::optional<ShownFile> ShownFile::open(const std::filesystem::path& root, const std::string& path) {
    const int folder = ::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return std::nullopt;
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK; // a pipe must not hold whoever opens it
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    const std::string relative = path.empty() ? "." : path;
    const int fd = static_cast<int>(::syscall(SYS_openat2, folder, relative.c_str(), &how, sizeof how));
    ::close(folder);
    struct stat info{};
    if (fd >= 0 && ::fstat(fd, &info) == 0 && (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode)))
        return ShownFile(fd, S_ISDIR(info.st_mode), static_cast<std::uint64_t>(info.st_size));
    if (fd >= 0)
        ::close(fd);
    return std::nullopt;
}

ShownFile::ShownFile(ShownFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), folder_(other.folder_), size_(other.size_) {}

ShownFile::~ShownFile() {
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

std::string ShownFile::read() {
    std::string piece(64 * 1024, '\0');
    const ssize_t count = ::read(descriptor_, piece.data(), piece.size());
    piece.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return piece;
}

std::string ShownFile::listing() const {
    std::vector<std::string> names;
    if (DIR* folder = ::fdopendir(::fcntl(descriptor_, F_DUPFD_CLOEXEC, 3))) {
        while (const dirent* entry = ::readdir(folder)) {
            const std::string name = entry->d_name;
            if (name != "." && name != "..")
                names.push_back(entry->d_type == DT_DIR ? name + "/" : name);
        }
        ::closedir(folder);
    }
    std::ranges::sort(names);
    std::string page = "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n";
    for (const std::string& name : names)
        page += std::format("<a href=\"{0}\">{0}</a>\n", htmlEscaped(name));
    return page + "</pre>\n";
}

} // namespace slipway::agent
