#include "cluster/agent/volume/volume_files.h"

#include "cluster/base/files.h"
#include "cluster/base/random.h"

#include <algorithm>
#include <format>
#include <fstream>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::agent {

namespace fs = std::filesystem;

namespace {

VolumeFiles readBack(const fs::path& folder) {
    VolumeFiles files;
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        if (!it->is_regular_file(error))
            continue;
        struct stat info{};
        ::stat(it->path().c_str(), &info);
        files[it->path().lexically_relative(folder).string()] = {
            base::readFile(it->path()).value_or(""), info.st_mode & 07777U,
            info.st_uid == 0 ? std::nullopt : std::optional<std::int64_t>(info.st_uid)};
    }
    return files;
}

void writeAll(const fs::path& folder, const VolumeFiles& files, std::optional<std::int64_t> group) {
    for (const auto& [name, file] : files) {
        const fs::path path = folder / name;
        fs::create_directories(path.parent_path());
        std::ofstream out(path, std::ios::binary);
        out.write(file.data.data(), static_cast<std::streamsize>(file.data.size()));
        out.close();
        if (!out)
            throw fs::filesystem_error("write", path, std::make_error_code(std::errc::io_error));
        const auto owner = static_cast<uid_t>(file.owner.value_or(-1));
        const auto ownGroup = static_cast<gid_t>(group.value_or(-1));
        if ((group || file.owner) && ::chown(path.c_str(), owner, ownGroup) != 0)
            throw fs::filesystem_error("chown", path, std::error_code(errno, std::generic_category()));
        ::chmod(path.c_str(), group ? file.mode | ((file.mode & 0400U) >> 3U) : file.mode);
    }
}

/// Every first path component gets a link to ..data/component; links to what is gone are removed.
void linkNames(const fs::path& folder, const VolumeFiles& files) {
    std::set<std::string> names;
    for (const auto& [name, file] : files)
        names.insert(name.substr(0, name.find('/')));
    for (const auto& entry : fs::directory_iterator(folder)) {
        const std::string name = entry.path().filename();
        if (!name.starts_with("..") && !names.contains(name))
            fs::remove(entry.path());
    }
    for (const auto& name : names)
        if (!fs::is_symlink(folder / name))
            fs::create_symlink(fs::path("..data") / name, folder / name);
}

} // namespace

bool isSafeRelativePath(std::string_view path) {
    if (path.empty() || path.front() == '/')
        return false;
    for (const auto& part : fs::path(path))
        if (part == "..")
            return false;
    return true;
}

std::expected<void, std::string> publishFiles(const fs::path& folder, const VolumeFiles& files,
                                              std::optional<std::int64_t> group) {
    for (const auto& [name, file] : files)
        if (!isSafeRelativePath(name) || name.starts_with(".."))
            return std::unexpected(std::format("invalid path in volume: {}", name));
    try {
        fs::create_directories(folder);
        const fs::path data = folder / "..data";
        const bool first = !fs::is_symlink(data);
        if (!first) {
            VolumeFiles wanted = files;
            for (auto& [name, file] : wanted) {
                if (group)
                    file.mode |= (file.mode & 0400U) >> 3U;
                if (file.owner == 0)
                    file.owner.reset();
            }
            if (readBack(fs::canonical(data)) == wanted)
                return {};
        }
        const fs::path old = first ? fs::path() : folder / fs::read_symlink(data);
        const std::string fresh = "..v_" + base::randomSuffix(10);
        fs::create_directory(folder / fresh);
        ::chmod((folder / fresh).c_str(), 0755);
        writeAll(folder / fresh, files, group);
        fs::create_symlink(fresh, folder / "..data_tmp");
        fs::rename(folder / "..data_tmp", data);
        linkNames(folder, files);
        if (!old.empty())
            fs::remove_all(old);
        return {};
    } catch (const fs::filesystem_error& error) {
        return std::unexpected(std::string(error.what()));
    }
}

} // namespace slipway::agent
