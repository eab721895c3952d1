#pragma once

#include "cluster/agent/runtime/runtime.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/stream.hpp>

/// Exec over a WebSocket. Included by server/*.cpp only.
namespace slipway::agent {

using TlsStream = boost::beast::ssl_stream<boost::beast::tcp_stream>;
using Socket = boost::beast::websocket::stream<TlsStream>;

/// Joins an accepted WebSocket with a command's streams until the command ends or the client goes.
boost::asio::awaitable<void> runExec(Socket& socket, std::shared_ptr<ExecProcess> process, bool v5);

} // namespace slipway::agent
