#pragma once

#include "cluster/agent/source/objects.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>

namespace slipway::agent {

/// The folders of the volumes that the provisioner "slipway.dev/local-path" made for this node: each is made when a pod
/// first needs it, writable for all as a new disk would be, and removed when its volume is gone. Thread-safe.
class LocalPaths {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// Makes the folder of a volume of that provisioner; other volumes are left alone.
    static std::expected<void, std::string> prepare(const core::PersistentVolume& volume);

    /// Removes the folders below @p root whose volume the server says does not exist. A folder whose volume is there is
    /// asked about again ever more rarely, up to every ten minutes.
    void removeGone(const std::filesystem::path& root, ObjectSource& objects, Time now);

private:
    struct Check {
        Time due;
        std::chrono::seconds pause{10};
    };
    std::map<std::string, Check> checks_; ///< by folder
    std::mutex mutex_;
};

/// Where those folders are.
inline constexpr const char* localPathRoot = "/var/lib/slipway/volumes";

} // namespace slipway::agent
