#include "vmdriver/native/node_files.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cluster/base/files.h"
#include "cluster/base/random.h"
#include "vmdriver/command.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

/// What a snapshot holds of a node, besides its copy of the programs, which is made anew.
constexpr const char* keptFolders[] = {"upper", "containerd", "data"};

Result<void> makeFolder(const fs::path& path) {
    std::error_code error;
    fs::create_directories(path, error);
    return error ? failure(DriverErrc::io, path.string() + ": " + error.message()) : Result<void>();
}

/// Written anew rather than over the old one, so that its mode holds from the first byte.
Result<void> writeFile(const fs::path& path, const NodeFile& file) {
    if (auto made = makeFolder(path.parent_path()); !made)
        return made;
    unlink(path.c_str());
    const int target = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file.mode);
    bool good = target >= 0 && fchmod(target, file.mode) == 0 &&
                write(target, file.content.data(), file.content.size()) == static_cast<ssize_t>(file.content.size());
    if (target >= 0)
        good = close(target) == 0 && good;
    return good ? Result<void>() : failure(DriverErrc::io, path.string() + ": " + std::strerror(errno));
}

/// The node's own identity (machine-id(5)), made once.
Result<NodeFile> machineId(const NodeFiles& node) {
    const fs::path kept = node.dir / "machine-id";
    if (auto known = base::readFile(kept))
        return NodeFile{"/etc/machine-id", std::move(*known)};
    std::string id = base::newUuid();
    std::erase(id, '-');
    NodeFile file{"/etc/machine-id", id + "\n"};
    if (auto written = writeFile(kept, file); !written)
        return std::unexpected(written.error());
    return file;
}

Result<void> copyTree(const fs::path& from, const fs::path& to, const std::stop_token& stop) {
    return mustRun(DriverErrc::io, {"cp", "-a", "--reflink=auto", from.string(), to.string()}, {}, stop);
}

/// A copy that takes its place only when it is whole.
Result<void> placeCopy(const fs::path& from, const fs::path& to, const std::stop_token& stop) {
    const fs::path fresh = to.string() + ".new";
    std::error_code error;
    fs::remove_all(fresh, error);
    if (auto copied = copyTree(from, fresh, stop); !copied)
        return copied;
    fs::remove_all(to, error);
    fs::rename(fresh, to, error);
    return error ? failure(DriverErrc::io, to.string() + ": " + error.message()) : Result<void>();
}

} // namespace

std::vector<fs::path> NodeFiles::places(const std::string& inside, const fs::path& base) const {
    const fs::path path = fs::path(inside).lexically_normal();
    for (const auto& [prefix, place] : {std::pair<fs::path, fs::path>{"/var/lib/slipway", data()},
                                        {"/var/log/slipway", log()},
                                        {"/var/lib/containerd", containerd()}}) {
        const fs::path below = path.lexically_relative(prefix);
        if (!below.empty() && *below.begin() != "..")
            return {place / below};
    }
    return {upper() / path.relative_path(), programs() / path.relative_path(), base / path.relative_path()};
}

Result<void> prepareNodeFiles(const NodeFiles& node, const fs::path& image, const std::vector<NodeFile>& files,
                              std::stop_token stop) {
    for (const auto& path : {node.programs(), node.upper(), node.work(), node.data(), node.log()})
        if (auto made = makeFolder(path); !made)
            return made;
    std::error_code error;
    fs::permissions(node.data(), fs::perms::owner_all, error);
    if (auto copied = mustRun(DriverErrc::io,
                              {"cp", "-a", "-u", (image / "programs/.").string(), node.programs().string()}, {}, stop);
        !copied)
        return copied;
    if (!fs::exists(node.containerd() / "done", error))
        if (auto copied = placeCopy(image / "containerd", node.containerd(), stop); !copied)
            return copied;
    auto all = files;
    if (auto id = machineId(node))
        all.push_back(std::move(*id));
    else
        return std::unexpected(id.error());
    for (const auto& file : all) {
        const auto places = node.places(file.path, {});
        const fs::path& place = places.size() > 1 ? places.at(1) : places.front(); // the programs' layer
        if (auto written = writeFile(place, file); !written)
            return written;
    }
    return {};
}

Result<void> saveNodeFiles(const NodeFiles& node, const fs::path& folder, std::stop_token stop) {
    for (const char* name : keptFolders)
        if (auto copied = copyTree(node.dir / name, folder / name, stop); !copied)
            return copied;
    return {};
}

Result<void> restoreNodeFiles(const NodeFiles& node, const fs::path& folder, std::stop_token stop) {
    if (auto made = makeFolder(node.dir); !made)
        return made;
    for (const char* name : keptFolders)
        if (auto copied = placeCopy(folder / name, node.dir / name, stop); !copied)
            return copied;
    return {};
}

} // namespace slipway::vmdriver
