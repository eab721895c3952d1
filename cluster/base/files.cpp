#include "cluster/base/files.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::base {
namespace {

std::unexpected<FileError> failure(const std::filesystem::path& path, std::string_view action) {
    const int code = errno;
    return std::unexpected(FileError{code, std::string(action) + " " + path.string() + ": " + std::strerror(code)});
}

/// Owns a file descriptor.
class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0)
            ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }

private:
    int fd_;
};

bool writeAll(int fd, std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

} // namespace

std::expected<std::string, FileError> readFile(const std::filesystem::path& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0)
        return failure(path, "open");
    std::string content;
    char buffer[16384];
    for (;;) {
        const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failure(path, "read");
        if (got == 0)
            return content;
        content.append(buffer, static_cast<std::size_t>(got));
    }
}

std::expected<void, FileError> writeFileAtomically(const std::filesystem::path& path, std::string_view content,
                                                   unsigned mode) {
    const std::filesystem::path sibling = path.string() + ".new-" + std::to_string(::getpid());
    {
        const Descriptor file(::open(sibling.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
        if (file.get() < 0)
            return failure(sibling, "create");
        if (::fchmod(file.get(), mode) != 0 || !writeAll(file.get(), content) || ::fsync(file.get()) != 0) {
            auto error = failure(sibling, "write");
            ::unlink(sibling.c_str());
            return error;
        }
    }
    if (::rename(sibling.c_str(), path.c_str()) != 0) {
        auto error = failure(path, "replace");
        ::unlink(sibling.c_str());
        return error;
    }
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() >= 0)
        ::fsync(directory.get());
    return {};
}

} // namespace slipway::base
