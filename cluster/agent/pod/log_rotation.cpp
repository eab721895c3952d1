#include "cluster/agent/pod/log_rotation.h"

#include <algorithm>
#include <format>
#include <vector>

namespace slipway::agent {

namespace fs = std::filesystem;

namespace {

/// "0.log.20260131-120000" and the like, the oldest first.
std::vector<fs::path> movedAside(const fs::path& log) {
    std::vector<fs::path> result;
    std::error_code error;
    const std::string prefix = log.filename().string() + ".";
    for (fs::directory_iterator it(log.parent_path(), error), end; !error && it != end; it.increment(error))
        if (it->path().filename().string().starts_with(prefix))
            result.push_back(it->path());
    std::ranges::sort(result);
    return result;
}

} // namespace

std::expected<bool, std::string> rotateLog(const fs::path& log, std::uint64_t mostBytes, int mostFiles,
                                           std::chrono::system_clock::time_point now,
                                           const std::function<std::expected<void, std::string>()>& reopen) {
    std::error_code error;
    const std::uint64_t size = fs::file_size(log, error);
    if (error || size <= mostBytes)
        return false;
    fs::path aside = log;
    aside += std::format(".{:%Y%m%d-%H%M%S}", std::chrono::floor<std::chrono::seconds>(now));
    fs::rename(log, aside, error);
    if (error)
        return std::unexpected(std::format("rename {}: {}", log.string(), error.message()));
    if (const auto reopened = reopen(); !reopened) {
        fs::rename(aside, log, error);
        return std::unexpected(reopened.error());
    }
    std::vector<fs::path> old = movedAside(log);
    const auto keep = static_cast<std::size_t>(std::max(1, mostFiles - 1));
    for (std::size_t i = 0; i + keep < old.size(); ++i)
        fs::remove(old[i], error);
    return true;
}

void removeLogs(const fs::path& log) {
    std::error_code error;
    fs::remove(log, error);
    for (const fs::path& aside : movedAside(log))
        fs::remove(aside, error);
}

} // namespace slipway::agent
