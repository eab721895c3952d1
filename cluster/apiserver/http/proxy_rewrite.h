#pragma once

#include <string>
#include <string_view>

/// What a proxied application says about itself, led back through the server: the application does not know under which
/// path its clients see it.
namespace slipway::apiserver {

/// Where an application is, and under which path clients see it.
struct ProxiedPlace {
    std::string_view prefix;      ///< "/api/v1/namespaces/default/pods/web/proxy"
    std::string_view backendHost; ///< "10.244.0.5:80", as the application is asked
    std::string_view clientHost;  ///< the Host the client asked
};

/// A Location header's value or a link, as the client must follow it. What leads to another host, or is relative,
/// stays.
std::string rewriteLink(std::string_view link, const ProxiedPlace& place);

/// A page whose links, in the attributes of HTML that hold them, are rewritten.
std::string rewriteHtml(std::string_view page, const ProxiedPlace& place);

} // namespace slipway::apiserver
