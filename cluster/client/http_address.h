#pragma once

#include "cluster/client/error.h"

#include <boost/system/error_code.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::client {

/// Where a server is, as its URL says.
struct HttpAddress {
    std::string host, port = "443", pathPrefix;
    bool tls = true;

    /// The parts of a URL; without a scheme it is https. Nothing when it names no host.
    static std::optional<HttpAddress> parse(std::string_view url);
};

/// The error of a connection that could not be made or ended; @p what was being done.
Error unreachable(std::string_view what, const boost::system::error_code& code);

} // namespace slipway::client
