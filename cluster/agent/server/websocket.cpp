#include "cluster/agent/server/websocket.h"

#include "cluster/wire/exec_status.h"

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

namespace slipway::agent {
namespace {

namespace http = beast::http;
namespace websocket = beast::websocket;

constexpr std::size_t largestMessage = 4 << 20;

class Connection : public WebSocketConnection {
public:
    explicit Connection(TlsStream& stream) : stream_(stream), socket_(stream) {}

    asio::awaitable<bool> accept(const http::request<http::string_body>& request, const std::string& protocol,
                                 bool text) {
        if (!protocol.empty())
            socket_.set_option(websocket::stream_base::decorator([&](websocket::response_type& response) {
                response.set(http::field::sec_websocket_protocol, protocol);
            }));
        // Clients that sleep are kept; those that are gone are noticed by the ping.
        socket_.set_option(websocket::stream_base::timeout{std::chrono::seconds(30), std::chrono::minutes(2), true});
        socket_.read_message_max(largestMessage);
        socket_.auto_fragment(false);
        const auto [error] = co_await socket_.async_accept(request, tuple);
        text ? socket_.text(true) : socket_.binary(true);
        co_return !error;
    }

    asio::awaitable<std::optional<std::string>> read() override {
        const auto [error, size] = co_await socket_.async_read(buffer_, tuple);
        if (error)
            co_return std::nullopt;
        std::string message = beast::buffers_to_string(buffer_.data());
        buffer_.consume(buffer_.size());
        co_return message;
    }

    asio::awaitable<bool> write(std::string_view message) override {
        const auto [error, size] = co_await socket_.async_write(asio::buffer(message), tuple);
        co_return !error;
    }

    asio::awaitable<void> close() override { co_await socket_.async_close(websocket::close_code::normal, tuple); }

    bool connected() const override { return isConnected(stream_); }

private:
    TlsStream& stream_;
    websocket::stream<TlsStream&> socket_;
    beast::flat_buffer buffer_;
};

class MessageBytes : public ByteStream {
public:
    explicit MessageBytes(WebSocketConnection& socket) : socket_(socket) {}

    asio::awaitable<std::string> read() override {
        for (;;) {
            auto message = co_await socket_.read();
            if (!message || !message->empty())
                co_return std::move(message).value_or(std::string());
        }
    }
    asio::awaitable<bool> write(std::string_view bytes) override { return socket_.write(bytes); }
    bool connected() const override { return socket_.connected(); }

private:
    WebSocketConnection& socket_;
};

class Channels : public RemoteStreams {
public:
    Channels(WebSocketConnection& socket, wire::ExecProtocol protocol)
        : socket_(socket), protocol_(std::move(protocol)) {}

    asio::awaitable<std::optional<wire::ClientMessage>> read() override {
        for (;;) {
            auto message = co_await socket_.read();
            if (!message)
                co_return std::nullopt;
            if (protocol_.base64)
                message = wire::decodeBase64Message(*message);
            if (message)
                co_return wire::parseClientMessage(*message, protocol_.version >= 5);
        }
    }

    asio::awaitable<bool> write(wire::Channel channel, std::string_view data) override {
        const std::string message = wire::channelMessage(channel, data, protocol_.base64);
        co_return co_await socket_.write(message);
    }

    asio::awaitable<void> finish(std::optional<int> code, const std::string& problem) override {
        const std::string said =
            protocol_.version >= 4 ? wire::exitStatus(code, problem) : wire::exitMessage(code, problem);
        if (!said.empty())
            co_await write(wire::Channel::status, said);
        co_await socket_.close();
    }

    bool connected() const override { return socket_.connected(); }

private:
    WebSocketConnection& socket_;
    const wire::ExecProtocol protocol_;
};

} // namespace

asio::awaitable<std::unique_ptr<WebSocketConnection>> acceptWebSocket(TlsStream& stream,
                                                                      const http::request<http::string_body>& request,
                                                                      const std::string& protocol, bool text) {
    beast::get_lowest_layer(stream).expires_never();
    auto connection = std::make_unique<Connection>(stream);
    if (!co_await connection->accept(request, protocol, text))
        co_return nullptr;
    co_return connection;
}

std::unique_ptr<ByteStream> makeWebSocketByteStream(WebSocketConnection& socket) {
    return std::make_unique<MessageBytes>(socket);
}

std::unique_ptr<RemoteStreams> makeWebSocketStreams(WebSocketConnection& socket, wire::ExecProtocol protocol) {
    return std::make_unique<Channels>(socket, std::move(protocol));
}

} // namespace slipway::agent
