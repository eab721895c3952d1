#include "cluster/apiserver/audit/rotating_file.h"

#include "cluster/base/time.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <unistd.h>
#include <vector>

namespace slipway::apiserver::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t stampSize = std::string_view("2026-01-31T12-00-00.123456").size(), dayEnd = 10;

std::unexpected<std::string> failed(const fs::path& path) {
    return std::unexpected(std::format("{}: {}", path.string(), std::strerror(errno)));
}

/// A time as it may stand in a file's name: "2026-01-31T12-00-00.123456".
std::string stamp() {
    std::string text = base::formatMicroTime(std::chrono::system_clock::now());
    std::ranges::replace(text, ':', '-');
    if (text.ends_with('Z'))
        text.pop_back();
    return text;
}

} // namespace

RotatingFile::~RotatingFile() {
    if (descriptor_ > STDERR_FILENO)
        close(descriptor_);
}

std::expected<void, std::string> RotatingFile::open() {
    if (path_ == "-") {
        descriptor_ = STDOUT_FILENO;
        return {};
    }
    std::error_code ignored;
    fs::create_directories(path_.parent_path(), ignored);
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor_ < 0)
        return failed(path_);
    const auto size = fs::file_size(path_, ignored);
    size_ = ignored ? 0 : size;
    return {};
}

std::expected<void, std::string> RotatingFile::append(std::string_view lines) {
    if (descriptor_ < 0)
        if (auto opened = open(); !opened)
            return opened;
    if (descriptor_ > STDERR_FILENO && size_ > 0 && size_ + lines.size() > rotation_.largest)
        if (auto turned = rotate(); !turned)
            return turned;
    while (!lines.empty()) {
        const ssize_t written = ::write(descriptor_, lines.data(), lines.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return failed(path_);
        size_ += static_cast<std::uintmax_t>(written);
        lines.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

std::expected<void, std::string> RotatingFile::rotate() {
    close(descriptor_);
    descriptor_ = -1;
    const fs::path aside =
        path_.parent_path() / std::format("{}-{}{}", path_.stem().string(), stamp(), path_.extension().string());
    std::error_code error;
    fs::rename(path_, aside, error);
    if (error)
        return std::unexpected(std::format("{}: {}", aside.string(), error.message()));
    removeOld();
    return open();
}

void RotatingFile::removeOld() const {
    if (rotation_.backups <= 0 && rotation_.longest.count() <= 0)
        return;
    const std::string start = path_.stem().string() + "-", end = path_.extension().string();
    std::vector<fs::path> former;
    std::error_code ignored;
    const fs::path folder = path_.has_parent_path() ? path_.parent_path() : fs::path(".");
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.size() == start.size() + stampSize + end.size() && name.starts_with(start) && name.ends_with(end) &&
            name[start.size() + dayEnd] == 'T')
            former.push_back(entry.path());
    }
    std::ranges::sort(former, std::greater()); // by the time in the name, the newest first
    for (std::size_t i = 0; i < former.size(); ++i) {
        const bool surplus = rotation_.backups > 0 && i >= static_cast<std::size_t>(rotation_.backups);
        const auto age = fs::file_time_type::clock::now() - fs::last_write_time(former[i], ignored);
        if (surplus || (rotation_.longest.count() > 0 && age > rotation_.longest))
            fs::remove(former[i], ignored);
    }
}

} // namespace slipway::apiserver::audit
