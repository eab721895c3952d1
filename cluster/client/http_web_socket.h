#pragma once

#include "cluster/client/http_address.h"
#include "cluster/client/transport.h"

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

namespace slipway::client {

/// How a WebSocket is asked for.
struct WebSocketRequest {
    std::string target;        ///< path and query, the address's prefix included
    std::string protocols;     ///< the subprotocols offered, separated by commas
    std::string authorization; ///< the header's value; empty: none
    std::string verifyName;    ///< the name in the server's certificate; empty: the address's host
    bool verify = true;        ///< whether the certificate is looked at
};

/// Connects and upgrades; blocks, 10 seconds at most until there is a connection. Its reads and writes may come from
/// different threads. @p tls must outlive the result.
Result<std::unique_ptr<WebSocket>> openWebSocket(const HttpAddress& address, boost::asio::ssl::context& tls,
                                                 const WebSocketRequest& request);

} // namespace slipway::client
