#include "app/server/scheduling.h"

#include "cluster/base/files.h"

namespace slipway::server {

std::expected<scheduler::Configuration, std::string> schedulerConfiguration(const std::filesystem::path& file) {
    if (file.empty())
        return scheduler::Configuration();
    const auto text = base::readFile(file);
    if (!text)
        return std::unexpected(text.error().message);
    auto configuration = scheduler::readConfiguration(*text);
    if (!configuration)
        return std::unexpected(file.string() + ": " + configuration.error());
    return configuration;
}

std::optional<api::JsonObject> decisionsPage(const scheduler::Scheduler& scheduler, const std::string& path) {
    constexpr std::string_view root = "/debug/scheduler/decisions";
    if (!path.starts_with(root) || (path.size() > root.size() && path[root.size()] != '/'))
        return {};
    std::string rest = path.substr(std::min(path.size(), root.size() + 1));
    while (rest.ends_with('/'))
        rest.pop_back();
    const auto slash = rest.find('/');
    const std::string name = slash == std::string::npos ? std::string() : rest.substr(slash + 1);
    return scheduler.decisions(rest.substr(0, slash), name);
}

} // namespace slipway::server
