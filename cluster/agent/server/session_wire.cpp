// The one place where a session's bytes pass through TLS and Beast's parser, whose templates cost much to compile.

#include "cluster/agent/server/session.h"

#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/ssl.hpp>
#include <format>

namespace slipway::agent {

constexpr std::uint64_t bodyLimit = 64 * 1024; // bytes of a request

asio::awaitable<bool> Session::shakeHands() {
    const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, tuple);
    co_return !error;
}

asio::awaitable<std::optional<HttpRequest>> Session::readRequest() {
    http::request_parser<http::string_body> parser;
    parser.body_limit(bodyLimit);
    if (const auto [error, size] = co_await http::async_read(stream_, buffer_, parser, tuple); error)
        co_return std::nullopt;
    co_return parser.release();
}

asio::awaitable<bool> Session::send(std::string_view bytes) {
    const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(bytes), tuple);
    co_return !error;
}

asio::awaitable<bool> Session::sendChunk(std::string_view bytes) {
    std::string chunk = std::format("{:x}\r\n", bytes.size());
    chunk += bytes;
    chunk += "\r\n";
    const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(chunk), tuple);
    co_return !error;
}

asio::awaitable<void> Session::sayGoodbye() {
    co_await stream_.async_shutdown(tuple);
}

} // namespace slipway::agent
