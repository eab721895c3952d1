#include "vmdriver/snapshots.h"

#include <algorithm>

#include "cluster/base/files.h"
#include "cluster/base/time.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

Result<void> writeWhole(const fs::path& path, const std::string& text) {
    const auto written = base::writeFileAtomically(path, text);
    return written ? Result<void>() : failure(DriverErrc::io, written.error().message);
}

std::int64_t sizeOf(const fs::path& folder) {
    std::int64_t bytes = 0;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        if (entry->is_regular_file(error) && !entry->is_symlink(error))
            bytes += static_cast<std::int64_t>(entry->file_size(error));
    return bytes;
}

Result<void> noSuch(const std::string& name) {
    return failure(DriverErrc::notFound, "there is no snapshot \"" + name + "\"");
}

} // namespace

std::vector<Snapshot> SnapshotFolder::list() const {
    std::vector<Snapshot> all;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(clusterDir_ / "snapshots", ignored)) {
        const std::string name = entry.path().filename().string();
        const auto created = base::readFile(entry.path() / "created");
        if (name.ends_with(".new") || !created)
            continue;
        Snapshot snapshot{.name = name, .created = *created, .nodes = {}, .bytes = sizeOf(entry.path())};
        if (const auto kept = profile(name))
            for (const auto& node : kept->nodes)
                snapshot.nodes.push_back(node.name);
        all.push_back(std::move(snapshot));
    }
    std::ranges::sort(all, {}, &Snapshot::name);
    return all;
}

Result<ClusterProfile> SnapshotFolder::profile(const std::string& name) const {
    const auto text = checkClusterName(name) ? base::readFile(folder(name) / "profile.json") : base::readFile("");
    return text ? parseProfile(*text) : std::unexpected(noSuch(name).error());
}

fs::path SnapshotFolder::node(const std::string& name, const std::string& node) const {
    return folder(name) / "nodes" / node;
}

Result<fs::path> SnapshotFolder::begin(const std::string& name, const ClusterProfile& profile) const {
    if (!checkClusterName(name))
        return failure(DriverErrc::badName,
                       "\"" + name + "\" cannot name a snapshot: use lower-case letters, digits and dashes");
    std::error_code error;
    if (fs::exists(folder(name), error))
        return failure(DriverErrc::badName, "there is a snapshot \"" + name + "\" already");
    const fs::path fresh = folder(name + ".new");
    fs::remove_all(fresh, error);
    for (const auto& node : profile.nodes)
        if (fs::create_directories(fresh / "nodes" / node.name, error); error)
            return failure(DriverErrc::io, fresh.string() + ": " + error.message());
    fs::permissions(clusterDir_ / "snapshots", fs::perms::owner_all, error);
    if (auto written = writeWhole(fresh / "profile.json", profileText(profile)); !written)
        return std::unexpected(written.error());
    return fresh;
}

Result<void> SnapshotFolder::finish(const std::string& name) const {
    const fs::path fresh = folder(name + ".new");
    if (auto written = writeWhole(fresh / "created", base::nowRfc3339()); !written)
        return written;
    std::error_code error;
    fs::rename(fresh, folder(name), error);
    return error ? failure(DriverErrc::io, folder(name).string() + ": " + error.message()) : Result<void>();
}

void SnapshotFolder::abandon(const std::string& name) const {
    std::error_code ignored;
    fs::remove_all(folder(name + ".new"), ignored);
}

Result<void> SnapshotFolder::remove(const std::string& name) const {
    std::error_code error;
    if (!checkClusterName(name) || !fs::exists(folder(name), error))
        return noSuch(name);
    const fs::path gone = folder(name + ".new"); // half removed is no snapshot any more
    fs::remove_all(gone, error);
    fs::rename(folder(name), gone, error);
    if (!error)
        fs::remove_all(gone, error);
    return error ? failure(DriverErrc::io, folder(name).string() + ": " + error.message()) : Result<void>();
}

} // namespace slipway::vmdriver
