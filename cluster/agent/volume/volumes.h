#pragma once

#include "cluster/agent/pod/environment.h"
#include "cluster/agent/pod/pod_config.h"
#include "cluster/agent/source/objects.h"
#include "cluster/agent/volume/volume_files.h"

#include <mutex>

namespace slipway::agent {

/// The volumes of pods on the node's file system, under paths.podDir(uid)/volumes. One pod's calls come one at a time.
class Volumes {
public:
    Volumes(AgentPaths paths, ObjectSource& objects, NodeAllocatable node)
        : paths_(std::move(paths)), objects_(objects), node_(node) {}

    /// Makes or refreshes every volume of a pod; ConfigMaps, Secrets and tokens are brought up to date. The error is
    /// worded for the event FailedMount. Volumes already there stay usable when the API cannot be reached.
    std::expected<void, std::string> prepare(const core::Pod& pod);

    /// The mounts of one container, subPath and subPathExpr resolved inside their volume.
    std::expected<std::vector<BindMount>, std::string> mounts(const core::Pod& pod, const core::Container& container,
                                                              const Environment& environment) const;

    /// The block devices of one container: claims of volumeMode Block.
    std::expected<std::vector<DeviceMount>, std::string> devices(const core::Pod& pod,
                                                                 const core::Container& container) const;

    /// Where a volume's files are on the node; nothing while it has not been prepared.
    std::optional<std::filesystem::path> path(const core::Pod& pod, const core::Volume& volume) const;

    /// Unmounts and removes everything of a pod; false when something is still mounted, to be tried again.
    bool remove(const std::string& uid);

    /// Folders of pods that are on disk.
    std::vector<std::string> podsOnDisk() const;

private:
    /// What a volume is on the node.
    struct Source {
        std::filesystem::path path;
        bool readOnly = false;
        bool block = false; ///< the path is a device
    };
    std::expected<Source, std::string> sourceOf(const core::Pod& pod, const core::Volume& volume) const;
    std::expected<Source, std::string> claimed(const core::Pod& pod, const core::Volume& volume,
                                               const std::filesystem::path& folder) const;
    static std::expected<Source, std::string> blockDevice(const core::PersistentVolumeSpec& spec, bool readOnly);
    std::expected<void, std::string> prepareOne(const core::Pod& pod, const core::Volume& volume);
    std::expected<void, std::string> prepareEmptyDir(const core::Pod& pod, const core::Volume& volume);
    std::expected<VolumeFiles, std::string> configMapFiles(const core::Pod& pod, const std::string& name,
                                                           const std::vector<core::KeyToPath>& items, bool optional,
                                                           unsigned mode);
    std::expected<VolumeFiles, std::string> secretFiles(const core::Pod& pod, const std::string& name,
                                                        const std::vector<core::KeyToPath>& items, bool optional,
                                                        unsigned mode);
    std::expected<VolumeFiles, std::string>
    downwardFiles(const core::Pod& pod, const std::vector<core::DownwardAPIVolumeFile>& items, unsigned mode);
    std::expected<VolumeFiles, std::string> projectedFiles(const core::Pod& pod, const std::string& volume,
                                                           const core::ProjectedVolumeSource& source);
    std::expected<std::string, std::string> serviceAccountToken(const core::Pod& pod, const std::string& volume,
                                                                const core::ServiceAccountTokenProjection& projection);

    AgentPaths paths_;
    ObjectSource& objects_;
    NodeAllocatable node_;
    mutable std::mutex mutex_;
    mutable std::map<std::string, std::map<std::string, Source>> resolved_; ///< claimed volumes, by pod and name
};

} // namespace slipway::agent
