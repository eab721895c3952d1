#include "cluster/agent/volume/sub_path.h"

#include "cluster/agent/volume/mounts.h"
#include "cluster/agent/volume/volume_files.h"

#include <cstring>
#include <fcntl.h>
#include <format>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

namespace slipway::agent {

namespace fs = std::filesystem;

namespace {

class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() {
        if (number_ >= 0)
            ::close(number_);
    }
    int get() const { return number_; }
    bool valid() const { return number_ >= 0; }

private:
    int number_;
};

Descriptor openBeneath(const Descriptor& folder, const std::string& path) {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    return Descriptor(static_cast<int>(::syscall(SYS_openat2, folder.get(), path.c_str(), &how, sizeof how)));
}

std::string failure(const std::string& what) {
    return std::format("{}: {}", what, std::strerror(errno));
}

/// Opens @p sub below the volume, making missing directories one by one.
std::expected<Descriptor, std::string> openOrMake(const fs::path& volume, const std::string& sub) {
    Descriptor root(::open(volume.c_str(), O_PATH | O_CLOEXEC));
    struct stat info{};
    if (!root.valid() || ::fstat(root.get(), &info) != 0)
        return std::unexpected(failure("open " + volume.string()));
    fs::path walked;
    Descriptor here = openBeneath(root, ".");
    for (const auto& part : fs::path(sub)) {
        if (part.empty() || part == ".")
            continue;
        walked /= part;
        Descriptor next = openBeneath(root, walked.string());
        if (!next.valid() && errno == ENOENT) {
            if (::mkdirat(here.get(), part.c_str(), info.st_mode & 07777U) != 0 && errno != EEXIST)
                return std::unexpected(failure("mkdir " + walked.string()));
            next = openBeneath(root, walked.string());
            // The mask of the process must not narrow what the volume's owner chose.
            if (next.valid())
                ::chmod(std::format("/proc/self/fd/{}", next.get()).c_str(), info.st_mode & 07777U);
        }
        if (!next.valid())
            return std::unexpected(failure("open " + walked.string()));
        here = std::move(next);
    }
    return here;
}

} // namespace

std::expected<void, std::string> bindSubPath(const fs::path& volume, const std::string& sub, const fs::path& target) {
    if (!isSafeRelativePath(sub))
        return std::unexpected(std::format("subPath {} is outside its volume", sub));
    auto opened = openOrMake(volume, sub);
    if (!opened)
        return std::unexpected(opened.error());
    struct stat info{};
    if (::fstat(opened->get(), &info) != 0)
        return std::unexpected(failure("stat " + sub));
    std::error_code error;
    if (isMountPoint(target))
        ::umount2(target.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
    fs::remove(target, error);
    fs::create_directories(S_ISDIR(info.st_mode) ? target : target.parent_path(), error);
    if (!S_ISDIR(info.st_mode))
        Descriptor(::open(target.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600));
    const std::string source = std::format("/proc/self/fd/{}", opened->get());
    if (::mount(source.c_str(), target.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0)
        return std::unexpected(failure("bind " + sub));
    return {};
}

} // namespace slipway::agent
