#include "cluster/apiserver/health.h"

#include <algorithm>
#include <format>

namespace slipway::apiserver {
namespace {

constexpr char plain[] = "text/plain; charset=utf-8";

std::string quotedList(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names)
        out += std::format("{}\"{}\"", out.empty() ? "" : ",", name);
    return out;
}

} // namespace

std::optional<Reply> answerHealth(const RequestInfo& info, const std::vector<HealthCheck>& checks) {
    std::string_view path = info.path;
    while (path.ends_with('/'))
        path.remove_suffix(1);
    const std::size_t slash = path.find('/', 1);
    const std::string endpoint(path.substr(1, slash == std::string_view::npos ? slash : slash - 1));
    if (slash != std::string_view::npos) {
        const auto one = std::ranges::find(checks, path.substr(slash + 1), &HealthCheck::name);
        if (one == checks.end())
            return std::nullopt;
        if (one->well())
            return Reply{200, "ok", plain, {}, {}};
        return Reply{500, std::format("internal server error: {} is not well\n", one->name), plain, {}, {}};
    }
    std::vector<std::string> excluded = info.query.all("exclude");
    std::string lines;
    bool well = true;
    for (const HealthCheck& check : checks) {
        if (const auto left = std::ranges::find(excluded, check.name); left != excluded.end()) {
            excluded.erase(left);
            lines += std::format("[+]{} excluded: ok\n", check.name);
            continue;
        }
        const bool good = check.well();
        well = well && good;
        lines += std::format("[{}]{} {}\n", good ? '+' : '-', check.name, good ? "ok" : "failed: reason withheld");
    }
    if (!excluded.empty())
        lines += std::format("warn: some health checks cannot be excluded: no matches for {}\n", quotedList(excluded));
    if (!well)
        return Reply{500, lines + endpoint + " check failed\n", plain, {}, {{"X-Content-Type-Options", "nosniff"}}};
    return Reply{200, info.query.has("verbose") ? lines + endpoint + " check passed\n" : "ok", plain, {}, {}};
}

} // namespace slipway::apiserver
