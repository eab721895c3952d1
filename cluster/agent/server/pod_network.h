#pragma once

#include <expected>
#include <string>

namespace slipway::agent {

/// A TCP socket that lives in another network namespace; the caller owns the descriptor. @p path names the namespace
/// (/run/netns/...); empty: this process's own. @p family is AF_INET or AF_INET6. The error is readable.
std::expected<int, std::string> openSocketIn(const std::string& path, int family);

} // namespace slipway::agent
