#include "cluster/agent/volume/local_path.h"

#include "cluster/base/log.h"

#include <algorithm>
#include <format>

namespace slipway::agent {

namespace fs = std::filesystem;

namespace {

constexpr const char *provisionedBy = "pv.kubernetes.io/provisioned-by", *provisioner = "slipway.dev/local-path";
constexpr std::chrono::seconds longestPause{600};

/// "pvc-UID" of "pvc-UID_NAMESPACE_CLAIM".
std::string volumeOf(const std::string& folder) {
    return folder.starts_with("pvc-") ? folder.substr(0, folder.find('_')) : std::string();
}

} // namespace

std::expected<void, std::string> LocalPaths::prepare(const core::PersistentVolume& volume) {
    const auto maker = volume.metadata.annotations.find(provisionedBy);
    if (maker == volume.metadata.annotations.end() || maker->second != provisioner || !volume.spec ||
        !volume.spec->local)
        return {};
    const fs::path path = volume.spec->local->path;
    std::error_code error;
    if (path.parent_path() != localPathRoot || fs::exists(path, error))
        return {};
    fs::create_directories(path, error);
    if (!error)
        fs::permissions(path, fs::perms::all, error);
    if (error)
        return std::unexpected(std::format("making {}: {}", path.string(), error.message()));
    return {};
}

void LocalPaths::removeGone(const fs::path& root, ObjectSource& objects, Time now) {
    std::lock_guard lock(mutex_);
    std::map<std::string, Check> present;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(root, error)) {
        const std::string name = entry.path().filename();
        if (volumeOf(name).empty())
            continue;
        Check check = checks_.contains(name) ? checks_[name] : Check{now, std::chrono::seconds(10)};
        if (check.due <= now) {
            const auto volume = objects.persistentVolume(volumeOf(name));
            if (!volume && volume.error().notFound) {
                base::info("agent", "removing the folder of the deleted volume {}", volumeOf(name));
                fs::remove_all(entry.path(), error);
                continue;
            }
            check.due = now + check.pause;
            check.pause = std::min(check.pause * 2, longestPause);
        }
        present.emplace(name, check);
    }
    checks_ = std::move(present);
}

} // namespace slipway::agent
