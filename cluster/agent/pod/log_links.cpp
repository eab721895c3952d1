#include "cluster/agent/pod/log_links.h"

#include <format>

namespace slipway::agent {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t longestName = 251;

} // namespace

void linkLog(const fs::path& folder, const std::string& pod, const std::string& ns, const std::string& container,
             const std::string& id, const fs::path& log) {
    std::error_code error;
    fs::create_directories(folder, error);
    const std::string ending = std::format("-{}.log", id);
    const std::string begin = std::format("{}_{}_{}", pod, ns, container);
    const fs::path link = folder / (begin.substr(0, longestName - std::min(longestName, ending.size())) + ending);
    fs::create_symlink(log, link, error); // one that is there leads to the same log
}

void removeDeadLinks(const fs::path& folder) {
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        std::error_code unread;
        if (it->is_symlink(unread) && !fs::exists(it->path(), unread))
            fs::remove(it->path(), unread);
    }
}

} // namespace slipway::agent
