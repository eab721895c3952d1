#include "cluster/store/sqlite/file_lock.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace slipway::store {

namespace {

std::unexpected<Error> systemError(const std::filesystem::path& path) {
    return std::unexpected(Error{Errc::io, path.string() + ": " + std::strerror(errno)});
}

} // namespace

Result<FileLock> FileLock::take(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return systemError(path);
    FileLock lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        return lock;
    if (errno == EWOULDBLOCK)
        return std::unexpected(Error{Errc::io, path.string() + ": the store is open in another process"});
    return systemError(path);
}

FileLock::~FileLock() {
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

std::filesystem::path beside(const std::filesystem::path& file, const char* suffix) {
    return file.string() + suffix;
}

std::filesystem::path folderOf(const std::filesystem::path& file) {
    return file.has_parent_path() ? file.parent_path() : ".";
}

Result<void> syncPath(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return systemError(path);
    const bool done = ::fsync(descriptor) == 0;
    auto result = done ? Result<void>() : systemError(path);
    ::close(descriptor);
    return result;
}

} // namespace slipway::store
