#include "cluster/agent/probe/http_check.h"

#include <charconv>
#include <format>

namespace slipway::agent {
namespace {

std::string bracketed(const std::string& host) {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

} // namespace

std::string CheckUrl::authority() const {
    return port == (secure ? 443 : 80) ? bracketed(host) : std::format("{}:{}", bracketed(host), port);
}

std::string CheckUrl::text() const {
    return std::format("{}://{}:{}{}", secure ? "https" : "http", bracketed(host), port, path);
}

CheckUrl redirected(const CheckUrl& from, const std::string& location) {
    CheckUrl to = from;
    std::string rest = location.substr(0, location.find('#'));
    const bool http = rest.starts_with("http://"), https = rest.starts_with("https://");
    if (http || https || rest.starts_with("//")) {
        if (http || https) {
            to.secure = https;
            rest.erase(0, rest.find(':') + 1);
        }
        rest.erase(0, 2);
        const std::size_t slash = rest.find_first_of("/?");
        std::string authority = rest.substr(0, slash);
        to.path = slash == std::string::npos ? "/" : rest.substr(slash);
        if (to.path.front() == '?')
            to.path.insert(0, "/");
        to.port = to.secure ? 443 : 80;
        const std::size_t colon = authority.rfind(':');
        if (colon != std::string::npos && authority.find(']', colon) == std::string::npos) {
            int port = 0;
            const auto [end, error] =
                std::from_chars(authority.data() + colon + 1, authority.data() + authority.size(), port);
            to.port = error == std::errc() && port > 0 && port < 65536 ? port : 0;
            authority.resize(colon);
        }
        if (authority.starts_with('[') && authority.ends_with(']'))
            authority = authority.substr(1, authority.size() - 2);
        to.host = to.port == 0 ? "" : authority;
        return to;
    }
    if (rest.starts_with('/'))
        to.path = rest;
    else if (!rest.empty()) {
        const std::string base = from.path.substr(0, from.path.find('?'));
        to.path = base.substr(0, base.rfind('/') + 1) + rest;
    }
    return to;
}

} // namespace slipway::agent
