#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <memory>
#include <string>
#include <string_view>

/// Two-way connections of the node's server, whatever carries them. Included by server/*.cpp only. All calls are made
/// on the session's own event loop, which has one thread.
namespace slipway::agent {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

constexpr auto tuple = asio::as_tuple(asio::use_awaitable);

/// Bytes in both directions. One coroutine reads and one writes at a time.
class ByteStream {
public:
    virtual ~ByteStream() = default;
    /// What has come, as it comes. Empty: the end.
    virtual asio::awaitable<std::string> read() = 0;
    /// False when the other side is gone.
    virtual asio::awaitable<bool> write(std::string_view bytes) = 0;
    /// Whether the other side is still there, told without reading.
    virtual bool connected() const = 0;
};

/// A TLS connection after its HTTP upgrade. @p buffer holds what was read behind the request.
std::unique_ptr<ByteStream> makeTlsByteStream(TlsStream& stream, beast::flat_buffer& buffer);

/// Whether the other side of a TCP connection is still there, told without reading.
bool isConnected(int descriptor);
bool isConnected(const TlsStream& stream);

} // namespace slipway::agent
