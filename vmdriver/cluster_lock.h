#pragma once
// One operation at a time on one cluster, across processes.

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <utility>

#include "vmdriver/driver_error.h"

namespace slipway::vmdriver {

/// Holds <runDir>/locks/CLUSTER for its lifetime; the kernel lets go of it when the process dies.
class ClusterLock {
public:
    /// Waits for another holder up to `patience`. Errors: busy, cancelled, io, notPrivileged.
    static Result<ClusterLock> take(const std::filesystem::path& runDir, const std::string& cluster,
                                    std::chrono::seconds patience, std::stop_token stop = {});
    ~ClusterLock();
    ClusterLock(ClusterLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    ClusterLock& operator=(ClusterLock&&) = delete;

private:
    explicit ClusterLock(int file) : file_(file) {}
    int file_;
};

} // namespace slipway::vmdriver
