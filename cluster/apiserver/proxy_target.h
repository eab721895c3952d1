#pragma once

#include <optional>
#include <string>
#include <string_view>

/// How the targets of proxy subresources are written.
namespace slipway::apiserver {

/// The name in a proxy's path: "web", "web:http" or "https:web:443".
struct ProxyName {
    std::string scheme, name, port; ///< scheme: "http", "https" or empty
    bool tls() const { return scheme == "https"; }
};
/// Nothing when it is none of the three forms.
std::optional<ProxyName> parseProxyName(std::string_view text);

/// A proxy's target taken apart, still percent-encoded.
struct ProxyPath {
    std::string prefix; ///< up to "/proxy"
    std::string rest;   ///< what comes behind; empty, or beginning with a slash
    std::string query;  ///< with its question mark, or empty
};
/// @p target as the client sent it; it names a pod, service or node and its proxy subresource.
ProxyPath splitProxyTarget(std::string_view target);

/// A port number; nothing for anything else.
std::optional<unsigned short> parsePort(std::string_view text);

} // namespace slipway::apiserver
