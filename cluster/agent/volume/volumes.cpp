#include "cluster/agent/volume/volumes.h"

#include "cluster/agent/pod/quantity.h"
#include "cluster/agent/volume/host_path.h"
#include "cluster/agent/volume/local_path.h"
#include "cluster/agent/volume/mounts.h"
#include "cluster/agent/volume/sub_path.h"
#include "cluster/api/base64.h"
#include "cluster/base/files.h"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <fstream>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::agent {

namespace fs = std::filesystem;

namespace {

using Failure = std::optional<std::string>;

std::string systemError(const std::string& what) {
    return what + ": " + std::strerror(errno);
}

/// Memory-backed, so that secrets never reach the disk.
Failure mountMemory(const fs::path& path, const std::string& options) {
    if (isMountPoint(path))
        return std::nullopt;
    if (::mount("tmpfs", path.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) != 0)
        return systemError("mount tmpfs at " + path.string());
    return std::nullopt;
}

/// Picks the keys that a volume lists (all when it lists none).
template <class Map, class Read>
std::expected<VolumeFiles, std::string> pick(const Map& data, const std::vector<core::KeyToPath>& items, bool optional,
                                             unsigned mode, Read read) {
    VolumeFiles files;
    if (items.empty())
        for (const auto& [key, value] : data)
            files[key] = {read(value), mode};
    for (const core::KeyToPath& item : items) {
        const auto found = data.find(item.key);
        if (found != data.end())
            files[item.path] = {read(found->second), static_cast<unsigned>(item.mode.value_or(static_cast<int>(mode)))};
        else if (!optional)
            return std::unexpected(std::format("references non-existent config key: {}", item.key));
    }
    return files;
}

std::optional<std::int64_t> runAsUser(const core::Pod& pod, const core::Container& container) {
    if (container.securityContext && container.securityContext->runAsUser)
        return container.securityContext->runAsUser;
    return pod.spec->securityContext ? pod.spec->securityContext->runAsUser : std::nullopt;
}

/// The one user all containers say they run as, if they all do.
std::optional<std::int64_t> uniformUser(const core::Pod& pod) {
    std::optional<std::int64_t> user;
    for (const auto* list : {&pod.spec->initContainers, &pod.spec->containers})
        for (const core::Container& container : *list) {
            const auto own = runAsUser(pod, container);
            if (!own || (user && *user != *own))
                return std::nullopt;
            user = own;
        }
    return user;
}

std::optional<std::int64_t> fsGroup(const core::Pod& pod) {
    return pod.spec->securityContext ? pod.spec->securityContext->fsGroup : std::nullopt;
}

/// When a token should be asked for anew: after four fifths of its life.
bool tokenAged(const std::string& token) {
    const std::size_t dot = token.find('.'), end = token.find('.', dot + 1);
    if (dot == std::string::npos || end == std::string::npos)
        return true;
    std::string claims = token.substr(dot + 1, end - dot - 1);
    std::ranges::replace(claims, '-', '+');
    std::ranges::replace(claims, '_', '/');
    claims.append((4 - claims.size() % 4) % 4, '=');
    const auto decoded = api::decodeBase64(claims);
    const auto json = decoded ? api::parseJson(*decoded) : std::unexpected(api::JsonError{});
    if (!json || !json->is_object())
        return true;
    const auto issued = api::intAt(json->get_object(), {"iat"}), expires = api::intAt(json->get_object(), {"exp"});
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    return !issued || !expires || now - *issued > std::min<std::int64_t>((*expires - *issued) * 4 / 5, 86400);
}

} // namespace

std::expected<void, std::string> Volumes::prepare(const core::Pod& pod) {
    std::error_code error;
    fs::create_directories(paths_.podDir(pod.metadata.uid) / "volumes", error);
    fs::permissions(paths_.podDir(pod.metadata.uid), fs::perms(0750), error);
    for (const core::Volume& volume : pod.spec->volumes)
        if (auto done = prepareOne(pod, volume); !done)
            return std::unexpected(
                std::format("MountVolume.SetUp failed for volume \"{}\" : {}", volume.name, done.error()));
    return {};
}

std::expected<void, std::string> Volumes::prepareOne(const core::Pod& pod, const core::Volume& volume) {
    const fs::path folder = paths_.volumeDir(pod.metadata.uid, volume.name);
    if (volume.hostPath)
        return prepareHostPath(volume.hostPath->path, volume.hostPath->type);
    if (volume.persistentVolumeClaim || volume.ephemeral || volume.nfs)
        return sourceOf(pod, volume).transform([](const Source&) {});
    if (volume.emptyDir)
        return prepareEmptyDir(pod, volume);
    std::expected<VolumeFiles, std::string> files;
    bool memory = false;
    if (volume.configMap)
        files = configMapFiles(pod, volume.configMap->name, volume.configMap->items,
                               volume.configMap->optional.value_or(false),
                               static_cast<unsigned>(volume.configMap->defaultMode.value_or(0644)));
    else if (volume.secret) {
        memory = true;
        files =
            secretFiles(pod, volume.secret->secretName, volume.secret->items, volume.secret->optional.value_or(false),
                        static_cast<unsigned>(volume.secret->defaultMode.value_or(0644)));
    } else if (volume.downwardAPI)
        files = downwardFiles(pod, volume.downwardAPI->items,
                              static_cast<unsigned>(volume.downwardAPI->defaultMode.value_or(0644)));
    else if (volume.projected) {
        memory = true;
        files = projectedFiles(pod, volume.name, *volume.projected);
    } else
        return std::unexpected("this kind of volume is not supported by the node");
    if (!files) {
        // What was published before keeps serving while the API is out of reach.
        std::error_code error;
        if (fs::exists(folder / "..data", error))
            return {};
        return std::unexpected(files.error());
    }
    std::error_code error;
    fs::create_directories(folder, error);
    if (memory)
        if (auto failed = mountMemory(folder, "mode=0755,size=16m"))
            return std::unexpected(*failed);
    return publishFiles(folder, *files, fsGroup(pod));
}

std::expected<void, std::string> Volumes::prepareEmptyDir(const core::Pod& pod, const core::Volume& volume) {
    if (volume.emptyDir->medium.starts_with("HugePages"))
        return std::unexpected("huge pages are not available on this node");
    const fs::path folder = paths_.volumeDir(pod.metadata.uid, volume.name);
    std::error_code error;
    if (fs::exists(folder, error) && (volume.emptyDir->medium != "Memory" || isMountPoint(folder)))
        return {};
    fs::create_directories(folder, error);
    if (error)
        return std::unexpected(error.message());
    if (volume.emptyDir->medium == "Memory") {
        std::string options = "mode=0777";
        if (const auto limit = parseUnits(volume.emptyDir->sizeLimit); limit && *limit > 0)
            options += std::format(",size={}", *limit);
        if (auto failed = mountMemory(folder, options))
            return std::unexpected(*failed);
    }
    ::chmod(folder.c_str(), 0777);
    if (const auto group = fsGroup(pod)) {
        if (::chown(folder.c_str(), static_cast<uid_t>(-1), static_cast<gid_t>(*group)) != 0)
            return std::unexpected(systemError("chown " + folder.string()));
        ::chmod(folder.c_str(), 02777);
    }
    return {};
}

std::expected<VolumeFiles, std::string> Volumes::configMapFiles(const core::Pod& pod, const std::string& name,
                                                                const std::vector<core::KeyToPath>& items,
                                                                bool optional, unsigned mode) {
    const auto object = objects_.configMap(pod.metadata.namespace_, name);
    if (!object)
        return object.error().notFound && optional ? std::expected<VolumeFiles, std::string>()
                                                   : std::unexpected(object.error().message);
    std::map<std::string, std::string> data = object->data;
    for (const auto& [key, value] : object->binaryData)
        data[key] = value.data;
    return pick(data, items, optional, mode, [](const std::string& value) { return value; });
}

std::expected<VolumeFiles, std::string> Volumes::secretFiles(const core::Pod& pod, const std::string& name,
                                                             const std::vector<core::KeyToPath>& items, bool optional,
                                                             unsigned mode) {
    const auto object = objects_.secret(pod.metadata.namespace_, name);
    if (!object)
        return object.error().notFound && optional ? std::expected<VolumeFiles, std::string>()
                                                   : std::unexpected(object.error().message);
    return pick(object->data, items, optional, mode, [](const api::Bytes& value) { return value.data; });
}

std::expected<VolumeFiles, std::string>
Volumes::downwardFiles(const core::Pod& pod, const std::vector<core::DownwardAPIVolumeFile>& items, unsigned mode) {
    VolumeFiles files;
    for (const auto& item : items) {
        std::expected<std::string, std::string> value;
        if (item.fieldRef)
            value = podField(pod, item.fieldRef->fieldPath);
        else if (item.resourceFieldRef) {
            const core::Container* container = findContainer(*pod.spec, item.resourceFieldRef->containerName);
            value = container == nullptr
                        ? std::unexpected(std::format("container {} not found", item.resourceFieldRef->containerName))
                        : containerResource(*container, *item.resourceFieldRef, node_);
        }
        if (!value)
            return std::unexpected(value.error());
        files[item.path] = {*value, static_cast<unsigned>(item.mode.value_or(static_cast<int>(mode)))};
    }
    return files;
}

std::expected<VolumeFiles, std::string> Volumes::projectedFiles(const core::Pod& pod, const std::string& volume,
                                                                const core::ProjectedVolumeSource& source) {
    VolumeFiles all;
    const auto mode = static_cast<unsigned>(source.defaultMode.value_or(0644));
    for (const core::VolumeProjection& part : source.sources) {
        std::expected<VolumeFiles, std::string> files;
        if (part.configMap)
            files = configMapFiles(pod, part.configMap->name, part.configMap->items,
                                   part.configMap->optional.value_or(false), mode);
        else if (part.secret)
            files =
                secretFiles(pod, part.secret->name, part.secret->items, part.secret->optional.value_or(false), mode);
        else if (part.downwardAPI)
            files = downwardFiles(pod, part.downwardAPI->items, mode);
        else if (part.serviceAccountToken) {
            const auto token = serviceAccountToken(pod, volume, *part.serviceAccountToken);
            if (!token)
                return std::unexpected(token.error());
            // The token is its owner's alone where it is known who that is.
            const auto user = uniformUser(pod);
            const unsigned tokenMode = user || fsGroup(pod) ? 0600U : mode;
            files = VolumeFiles{{part.serviceAccountToken->path, {*token, tokenMode, user}}};
        } else
            files = std::unexpected("a projected source of this kind is not supported by the node");
        if (!files)
            return files;
        all.merge(*files);
    }
    return all;
}

std::expected<std::string, std::string>
Volumes::serviceAccountToken(const core::Pod& pod, const std::string& volume,
                             const core::ServiceAccountTokenProjection& projection) {
    const auto kept = base::readFile(paths_.volumeDir(pod.metadata.uid, volume) / projection.path);
    if (kept && !tokenAged(*kept))
        return *kept;
    auto token = objects_.token(pod, projection.audience, projection.expirationSeconds.value_or(3600));
    if (!token) {
        if (kept)
            return *kept;
        return std::unexpected("failed to fetch token: " + token.error().message);
    }
    return *token;
}

std::expected<Volumes::Source, std::string> Volumes::sourceOf(const core::Pod& pod, const core::Volume& volume) const {
    if (volume.hostPath)
        return Source{volume.hostPath->path, false};
    const fs::path folder = paths_.volumeDir(pod.metadata.uid, volume.name);
    if (volume.nfs)
        return mountNfs(folder, volume.nfs->server, volume.nfs->path, volume.nfs->readOnly.value_or(false), {})
            .transform([&] { return Source{folder, volume.nfs->readOnly.value_or(false)}; });
    if (!volume.persistentVolumeClaim && !volume.ephemeral)
        return Source{folder, false};
    {
        std::lock_guard lock(mutex_);
        if (const auto pods = resolved_.find(pod.metadata.uid); pods != resolved_.end())
            if (const auto known = pods->second.find(volume.name); known != pods->second.end())
                return known->second;
    }
    auto source = claimed(pod, volume, folder);
    if (source) {
        std::lock_guard lock(mutex_);
        resolved_[pod.metadata.uid][volume.name] = *source;
    }
    return source;
}

std::expected<Volumes::Source, std::string> Volumes::blockDevice(const core::PersistentVolumeSpec& spec,
                                                                 bool readOnly) {
    const std::string path = spec.local ? spec.local->path : spec.hostPath ? spec.hostPath->path : "";
    struct stat info{};
    if (path.empty() || ::stat(path.c_str(), &info) != 0 || !S_ISBLK(info.st_mode))
        return std::unexpected(std::format("\"{}\" is not a block device", path));
    return Source{path, readOnly, true};
}

std::expected<Volumes::Source, std::string> Volumes::claimed(const core::Pod& pod, const core::Volume& volume,
                                                             const fs::path& folder) const {
    const std::string name =
        volume.ephemeral ? pod.metadata.name + "-" + volume.name : volume.persistentVolumeClaim->claimName;
    const auto claim = objects_.claim(pod.metadata.namespace_, name);
    if (!claim)
        return std::unexpected(
            std::format("error getting PVC {}/{}: {}", pod.metadata.namespace_, name, claim.error().message));
    const bool bound = claim->status && claim->status->phase == "Bound" && claim->spec;
    if (!bound || claim->spec->volumeName.empty())
        return std::unexpected(std::format("PVC {}/{} is not bound", pod.metadata.namespace_, name));
    const auto persistent = objects_.persistentVolume(claim->spec->volumeName);
    if (!persistent)
        return std::unexpected(persistent.error().message);
    const core::PersistentVolumeSpec spec = persistent->spec.value_or(core::PersistentVolumeSpec());
    if (spec.claimRef && spec.claimRef->uid != claim->metadata.uid)
        return std::unexpected(
            std::format("PVC {}/{} is not bound to PV {}", pod.metadata.namespace_, name, persistent->metadata.name));
    const bool readOnly = volume.persistentVolumeClaim && volume.persistentVolumeClaim->readOnly.value_or(false);
    const auto grouped = [&](const fs::path& path) -> std::expected<Source, std::string> {
        if (const auto group = fsGroup(pod); group && !readOnly)
            giveToGroup(path, *group, pod.spec->securityContext->fsGroupChangePolicy == "OnRootMismatch");
        return Source{path, readOnly};
    };
    if (spec.volumeMode == "Block")
        return blockDevice(spec, readOnly);
    if (spec.hostPath)
        return prepareHostPath(spec.hostPath->path, spec.hostPath->type).transform([&] {
            return Source{spec.hostPath->path, readOnly};
        });
    if (spec.local) {
        if (auto made = LocalPaths::prepare(*persistent); !made)
            return std::unexpected(made.error());
        std::error_code error;
        if (!fs::exists(spec.local->path, error))
            return std::unexpected(std::format("path \"{}\" does not exist", spec.local->path));
        return grouped(spec.local->path);
    }
    if (spec.nfs)
        return mountNfs(folder, spec.nfs->server, spec.nfs->path, readOnly || spec.nfs->readOnly.value_or(false),
                        spec.mountOptions)
            .and_then([&] { return grouped(folder); });
    return std::unexpected(std::format("no volume plugin matched PV {}", persistent->metadata.name));
}

std::expected<std::vector<BindMount>, std::string>
Volumes::mounts(const core::Pod& pod, const core::Container& container, const Environment& environment) const {
    std::vector<BindMount> result;
    for (const core::VolumeMount& mount : container.volumeMounts) {
        const auto volume = std::ranges::find(pod.spec->volumes, mount.name, &core::Volume::name);
        if (volume == pod.spec->volumes.end())
            return std::unexpected(
                std::format("volume {} of the mount at {} is not declared", mount.name, mount.mountPath));
        const auto whole = sourceOf(pod, *volume);
        if (!whole)
            return std::unexpected(whole.error());
        if (whole->block)
            return std::unexpected(
                std::format("volume {} has volumeMode Block, but is specified in volumeMounts", mount.name));
        if (mount.recursiveReadOnly == "Enabled")
            return std::unexpected(std::format("failed to resolve recursive read-only mode: volume \"{}\" requested "
                                               "recursive read-only mode, but it is not supported by the runtime",
                                               mount.name));
        fs::path source = whole->path;
        std::string sub = mount.subPath;
        if (!mount.subPathExpr.empty()) {
            const auto expanded = expandStrictly(mount.subPathExpr, environment);
            if (!expanded)
                return std::unexpected(expanded.error());
            sub = *expanded;
        }
        if (!sub.empty()) {
            const fs::path target = paths_.podDir(pod.metadata.uid) / "volume-subpaths" / mount.name / container.name /
                                    std::to_string(result.size());
            if (auto bound = bindSubPath(source, sub, target); !bound)
                return std::unexpected(
                    std::format("failed to prepare subPath for volumeMount \"{}\" of container \"{}\"", mount.name,
                                container.name));
            source = target;
        }
        BindMount bind{mount.mountPath.starts_with('/') ? mount.mountPath : "/" + mount.mountPath, source.string(),
                       mount.readOnly.value_or(false) || whole->readOnly};
        // Volumes that the agent writes are the agent's alone to change.
        bind.readOnly =
            bind.readOnly || volume->configMap || volume->secret || volume->projected || volume->downwardAPI;
        if (mount.mountPropagation == "HostToContainer")
            bind.propagation = BindMount::Propagation::hostToContainer;
        if (mount.mountPropagation == "Bidirectional")
            bind.propagation = BindMount::Propagation::bidirectional;
        result.push_back(std::move(bind));
    }
    return result;
}

std::expected<std::vector<DeviceMount>, std::string> Volumes::devices(const core::Pod& pod,
                                                                      const core::Container& container) const {
    std::vector<DeviceMount> result;
    for (const core::VolumeDevice& device : container.volumeDevices) {
        const auto volume = std::ranges::find(pod.spec->volumes, device.name, &core::Volume::name);
        if (volume == pod.spec->volumes.end())
            return std::unexpected(
                std::format("volume {} of the device {} is not declared", device.name, device.devicePath));
        const auto source = sourceOf(pod, *volume);
        if (!source)
            return std::unexpected(source.error());
        if (!source->block)
            return std::unexpected(
                std::format("volume {} has volumeMode Filesystem, but is specified in volumeDevices", device.name));
        result.push_back({device.devicePath, source->path.string(), source->readOnly});
    }
    return result;
}

std::optional<fs::path> Volumes::path(const core::Pod& pod, const core::Volume& volume) const {
    const fs::path folder = paths_.volumeDir(pod.metadata.uid, volume.name);
    {
        std::lock_guard lock(mutex_);
        if (const auto pods = resolved_.find(pod.metadata.uid); pods != resolved_.end())
            if (const auto known = pods->second.find(volume.name); known != pods->second.end())
                return known->second.path;
    }
    std::error_code error;
    return fs::exists(folder, error) ? std::optional(folder) : std::nullopt;
}

bool Volumes::remove(const std::string& uid) {
    {
        std::lock_guard lock(mutex_);
        resolved_.erase(uid);
    }
    return removeTreeAndMounts(paths_.podDir(uid));
}

std::vector<std::string> Volumes::podsOnDisk() const {
    std::vector<std::string> uids;
    std::error_code error;
    for (fs::directory_iterator it(paths_.root / "pods", error), end; !error && it != end; it.increment(error))
        uids.push_back(it->path().filename());
    return uids;
}

} // namespace slipway::agent
