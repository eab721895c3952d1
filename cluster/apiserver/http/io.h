#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

/// What the files of this folder share. Included by http/*.cpp and http_server.cpp only: these headers are heavy.
namespace slipway::apiserver {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using tcp = asio::ip::tcp;
using asio::awaitable;
using boost::system::error_code;
using TlsSocket = ssl::stream<tcp::socket>;

constexpr auto tuple = asio::as_tuple(asio::use_awaitable);

// What a client may send, and how long it may take for each phase of a connection (kube-apiserver: 3 MiB, 32 s, 90 s).
constexpr std::size_t largestBody = 3 * 1024 * 1024;
constexpr std::uint32_t largestHeader = 64 * 1024;
constexpr auto handshakeLimit = std::chrono::seconds(10), headerLimit = std::chrono::seconds(30),
               idleLimit = std::chrono::seconds(90), bodyLimit = std::chrono::seconds(60),
               answerLimit = std::chrono::seconds(120);

/// Closes a socket whose other side takes too long. On the connection's strand only; outlives the connection while a
/// timer of it is still to be called.
class Deadline : public std::enable_shared_from_this<Deadline> {
public:
    Deadline(const asio::any_io_executor& executor, tcp::socket& socket) : timer_(executor), socket_(&socket) {}

    void arm(std::chrono::steady_clock::duration limit) {
        timer_.expires_after(limit);
        timer_.async_wait([self = shared_from_this()](error_code error) {
            if (!error && self->socket_ != nullptr && self->timer_.expiry() <= std::chrono::steady_clock::now()) {
                error_code ignored;
                self->socket_->close(ignored);
            }
        });
    }
    void disarm() { timer_.expires_at(asio::steady_timer::time_point::max()); }
    /// The socket is about to go.
    void end() {
        socket_ = nullptr;
        timer_.cancel();
    }

private:
    asio::steady_timer timer_;
    tcp::socket* socket_;
};

} // namespace slipway::apiserver
