#include "cluster/agent/volume/volumes.h"

#include "cluster/agent/pod/quantity.h"
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

bool isMountPoint(const fs::path& path) {
    struct stat here{}, above{};
    return ::stat(path.c_str(), &here) == 0 && ::stat(path.parent_path().c_str(), &above) == 0 &&
           here.st_dev != above.st_dev;
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

std::expected<void, std::string> prepareHostPath(const core::HostPathVolumeSource& source) {
    const fs::path path = source.path;
    std::error_code error;
    if (source.type == "DirectoryOrCreate")
        fs::create_directories(path, error);
    else if (source.type == "FileOrCreate" && !fs::exists(path)) {
        fs::create_directories(path.parent_path(), error);
        std::ofstream(path, std::ios::app).flush();
    } else if (source.type == "Directory" && !fs::is_directory(path))
        return std::unexpected(std::format("hostPath type check failed: {} is not a directory", source.path));
    else if (source.type == "File" && !fs::is_regular_file(path))
        return std::unexpected(std::format("hostPath type check failed: {} is not a file", source.path));
    else if (source.type == "Socket" && !fs::is_socket(path))
        return std::unexpected(std::format("hostPath type check failed: {} is not a socket file", source.path));
    else if (source.type.empty() && !fs::exists(path))
        fs::create_directories(path, error);
    if (error)
        return std::unexpected(std::format("{}: {}", source.path, error.message()));
    return {};
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
        return prepareHostPath(*volume.hostPath);
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
        if (fs::exists(folder / "..data"))
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
    const fs::path folder = paths_.volumeDir(pod.metadata.uid, volume.name);
    if (fs::exists(folder) && (volume.emptyDir->medium != "Memory" || isMountPoint(folder)))
        return {};
    std::error_code error;
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
            // Readable by the container's user: 0600 suffices only when that is root (or the group is set).
            const bool group = fsGroup(pod).has_value();
            const bool root = !std::ranges::any_of(pod.spec->containers, [&](const core::Container& container) {
                return (container.securityContext && container.securityContext->runAsUser) ||
                       (pod.spec->securityContext && pod.spec->securityContext->runAsUser);
            });
            files = VolumeFiles{{part.serviceAccountToken->path, {*token, group || root ? 0600U : 0644U}}};
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

std::expected<std::vector<BindMount>, std::string>
Volumes::mounts(const core::Pod& pod, const core::Container& container, const Environment& environment) const {
    std::vector<BindMount> result;
    for (const core::VolumeMount& mount : container.volumeMounts) {
        const auto volume = std::ranges::find(pod.spec->volumes, mount.name, &core::Volume::name);
        if (volume == pod.spec->volumes.end())
            return std::unexpected(
                std::format("volume {} of the mount at {} is not declared", mount.name, mount.mountPath));
        fs::path source =
            volume->hostPath ? fs::path(volume->hostPath->path) : paths_.volumeDir(pod.metadata.uid, mount.name);
        std::string sub = mount.subPath;
        if (!mount.subPathExpr.empty())
            sub = expandVariables(mount.subPathExpr, [&](std::string_view name) -> std::optional<std::string> {
                for (const auto& [known, value] : environment)
                    if (known == name)
                        return value;
                return std::nullopt;
            });
        if (!sub.empty()) {
            if (!isSafeRelativePath(sub))
                return std::unexpected(std::format("subPath {} is outside its volume", sub));
            std::error_code error;
            if (!fs::exists(source / sub))
                fs::create_directories(source / sub, error);
            // Links inside the volume may point anywhere; the mount must not follow them out of it.
            const fs::path whole = fs::canonical(source, error), real = fs::canonical(source / sub, error);
            const auto [end, rest] = std::mismatch(whole.begin(), whole.end(), real.begin(), real.end());
            if (error || end != whole.end())
                return std::unexpected(
                    std::format("failed to prepare subPath for volumeMount \"{}\" of container \"{}\"", mount.name,
                                container.name));
            source = real;
        }
        BindMount bind{mount.mountPath.starts_with('/') ? mount.mountPath : "/" + mount.mountPath, source.string(),
                       mount.readOnly.value_or(false)};
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

void Volumes::remove(const std::string& uid) {
    std::error_code error;
    for (fs::directory_iterator it(paths_.podDir(uid) / "volumes", error), end; !error && it != end;
         it.increment(error))
        if (isMountPoint(it->path()))
            ::umount2(it->path().c_str(), MNT_DETACH);
    fs::remove_all(paths_.podDir(uid), error);
}

std::vector<std::string> Volumes::podsOnDisk() const {
    std::vector<std::string> uids;
    std::error_code error;
    for (fs::directory_iterator it(paths_.root / "pods", error), end; !error && it != end; it.increment(error))
        uids.push_back(it->path().filename());
    return uids;
}

} // namespace slipway::agent
