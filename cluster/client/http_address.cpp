#include "cluster/client/http_address.h"

#include <format>

namespace slipway::client {

std::optional<HttpAddress> HttpAddress::parse(std::string_view url) {
    HttpAddress address;
    const std::size_t scheme = url.find("://");
    if (scheme != std::string_view::npos) {
        address.tls = url.substr(0, scheme) != "http";
        url.remove_prefix(scheme + 3);
    }
    address.port = address.tls ? "443" : "80";
    const std::size_t slash = url.find('/');
    if (slash != std::string_view::npos)
        address.pathPrefix = url.substr(slash);
    while (address.pathPrefix.ends_with('/'))
        address.pathPrefix.pop_back();
    url = url.substr(0, slash);
    const std::size_t bracket = url.find(']');
    const std::size_t colon = url.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos)
        address.port = url.substr(colon + 1);
    address.host = url.substr(0, colon);
    if (address.host.starts_with('['))
        address.host = address.host.substr(1, address.host.size() - 2);
    return address.host.empty() ? std::nullopt : std::optional(address);
}

Error unreachable(std::string_view what, const boost::system::error_code& code) {
    return {Errc::unreachable, 0, "", std::format("{}: {}", what, code.message()), {}};
}

} // namespace slipway::client
