#include "cluster/apiserver/proxy_target.h"

#include <charconv>
#include <vector>

namespace slipway::apiserver {

std::optional<ProxyName> parseProxyName(std::string_view text) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(':', begin), text.size());
        parts.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    ProxyName name;
    if (parts.size() == 1)
        name.name = parts[0];
    else if (parts.size() == 2)
        name = {{}, parts[0], parts[1]};
    else if (parts.size() == 3)
        name = {parts[0], parts[1], parts[2]};
    const bool known = name.scheme.empty() || name.scheme == "http" || name.scheme == "https";
    return known && !name.name.empty() ? std::optional(name) : std::nullopt;
}

ProxyPath splitProxyTarget(std::string_view target) {
    ProxyPath path;
    const std::size_t mark = target.find('?');
    if (mark != std::string_view::npos)
        path.query = target.substr(mark);
    const std::string_view whole = target.substr(0, mark);
    // /api/v1/nodes/NAME/proxy, or /api/v1/namespaces/NS/pods/NAME/proxy: names may be "proxy" too, so count.
    const int segments = whole.starts_with("/api/v1/namespaces/") ? 7 : 5;
    std::size_t end = 0;
    for (int i = 0; i < segments && end != std::string_view::npos; ++i) {
        while (end + 1 < whole.size() && whole[end + 1] == '/')
            ++end;
        end = whole.find('/', end + 1);
    }
    path.prefix = whole.substr(0, end);
    if (end != std::string_view::npos)
        path.rest = whole.substr(end);
    return path;
}

std::optional<unsigned short> parsePort(std::string_view text) {
    unsigned short port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port != 0 ? std::optional(port) : std::nullopt;
}

} // namespace slipway::apiserver
