#include "vmdriver/cluster_lock.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace slipway::vmdriver {

Result<ClusterLock> ClusterLock::take(const std::filesystem::path& runDir, const std::string& cluster,
                                      std::chrono::seconds patience, std::stop_token stop) {
    const auto folder = runDir / "locks";
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    const int file = open((folder / cluster).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 && geteuid() != 0)
        return failure(DriverErrc::notPrivileged,
                       "changing clusters on this machine needs root: run slipway with sudo");
    if (file < 0)
        return failure(DriverErrc::io, (folder / cluster).string() + ": " + std::strerror(errno));
    ClusterLock lock(file);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (flock(file, LOCK_EX | LOCK_NB) != 0) {
        if (stop.stop_requested())
            return failure(DriverErrc::cancelled, "cancelled");
        if (std::chrono::steady_clock::now() > deadline)
            return failure(DriverErrc::busy, "another slipway is still working on cluster \"" + cluster + "\"");
        usleep(20'000);
    }
    return lock;
}

ClusterLock::~ClusterLock() {
    if (file_ >= 0)
        close(file_);
}

} // namespace slipway::vmdriver
