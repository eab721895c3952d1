#pragma once
// The snapshots of a cluster on disk.

#include <filesystem>
#include <string>
#include <vector>

#include "vmdriver/profile.h"

namespace slipway::vmdriver {

/// One saved state of a cluster.
struct Snapshot {
    std::string name;
    std::string created; ///< RFC 3339
    std::vector<std::string> nodes;
    std::int64_t bytes = 0; ///< as the files' lengths say; shared blocks count each time
};

/// Snapshots lie in <cluster's folder>/snapshots/NAME: the profile as it was, the authority, and a folder per node that
/// its driver fills. One that is being written is called NAME.new and is not a snapshot yet.
class SnapshotFolder {
public:
    explicit SnapshotFolder(std::filesystem::path clusterDir) : clusterDir_(std::move(clusterDir)) {}

    /// Sorted by name; what was cut off while it was written is left out.
    std::vector<Snapshot> list() const;
    /// The profile the cluster had. Errors: notFound, badProfile.
    Result<ClusterProfile> profile(const std::string& name) const;
    /// Where the node's part of a snapshot is.
    std::filesystem::path node(const std::string& name, const std::string& node) const;
    /// Begins a new one; returns its folder, which finish() gives its name. Errors: badName (also when there is one of
    /// that name), io.
    Result<std::filesystem::path> begin(const std::string& name, const ClusterProfile& profile) const;
    Result<void> finish(const std::string& name) const;
    void abandon(const std::string& name) const;
    /// Errors: notFound, io.
    Result<void> remove(const std::string& name) const;

private:
    std::filesystem::path folder(const std::string& name) const { return clusterDir_ / "snapshots" / name; }

    std::filesystem::path clusterDir_;
};

} // namespace slipway::vmdriver
