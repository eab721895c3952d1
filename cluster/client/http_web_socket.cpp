#include "cluster/client/http_web_socket.h"

#include "cluster/client/client.h"
#include "cluster/client/program.h"

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace slipway::client {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto upgradeTimeout = std::chrono::seconds(10);

/// A WebSocket whose reads and writes come from different threads: the connection's loop belongs to a thread of its
/// own.
class HttpWebSocket : public WebSocket {
public:
    HttpWebSocket(const HttpAddress& address, ssl::context& tls, const WebSocketRequest& request) : stream_(io_, tls) {
        const std::string name = request.verifyName.empty() ? address.host : request.verifyName;
        if (request.verify) {
            stream_.next_layer().set_verify_mode(ssl::verify_peer);
            stream_.next_layer().set_verify_callback(ssl::host_name_verification(name));
        }
    }
    ~HttpWebSocket() override {
        cancel();
        if (thread_.joinable())
            thread_.join();
    }

    Result<void> open(const HttpAddress& address, const WebSocketRequest& asked) {
        tcp::resolver resolver(io_);
        error_code error;
        const auto endpoints = resolver.resolve(address.host, address.port, error);
        if (!error) {
            beast::get_lowest_layer(stream_).expires_after(upgradeTimeout);
            beast::get_lowest_layer(stream_).connect(endpoints, error);
        }
        if (!error)
            stream_.next_layer().handshake(ssl::stream_base::client, error);
        if (error)
            return std::unexpected(unreachable("connect", error));
        beast::get_lowest_layer(stream_).expires_never();
        beast::get_lowest_layer(stream_).socket().set_option(tcp::no_delay(true), error);
        stream_.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
            request.set(http::field::sec_websocket_protocol, asked.protocols);
            request.set(http::field::user_agent, userAgent());
            if (!asked.authorization.empty())
                request.set(http::field::authorization, asked.authorization);
        }));
        websocket::response_type response;
        stream_.handshake(response, address.host + ":" + address.port, asked.target, error);
        if (error == websocket::error::upgrade_declined) {
            return std::unexpected(errorFromResponse({static_cast<int>(response.result_int()), "", response.body()}));
        }
        if (error)
            return std::unexpected(unreachable("upgrade", error));
        protocol_ = std::string(response[http::field::sec_websocket_protocol]);
        stream_.binary(true);
        startReading();
        thread_ = std::thread([this] { io_.run(); });
        return {};
    }

    std::string protocol() const override { return protocol_; }

    Result<std::optional<std::string>> read() override {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !received_.empty() || ended_; });
        if (!received_.empty()) {
            std::string message = std::move(received_.front());
            received_.erase(received_.begin());
            return message;
        }
        if (failure_ && !cancelled_)
            return std::unexpected(*failure_);
        return std::nullopt;
    }

    Result<void> write(std::string_view message) override {
        std::lock_guard lock(mutex_);
        if (ended_)
            return std::unexpected(Error{Errc::unreachable, 0, "", "the connection is closed", {}});
        sending_.emplace_back(message);
        asio::post(io_, [this] { sendNext(); });
        return {};
    }

    void cancel() override {
        cancelled_ = true;
        asio::post(io_, [this] {
            error_code ignored;
            beast::get_lowest_layer(stream_).socket().shutdown(tcp::socket::shutdown_both, ignored);
        });
        if (!thread_.joinable())
            end({});
    }

private:
    void startReading() {
        stream_.async_read(buffer_, [this](error_code error, std::size_t) {
            if (error)
                return end(error);
            {
                std::lock_guard lock(mutex_);
                received_.push_back(beast::buffers_to_string(buffer_.data()));
            }
            buffer_.consume(buffer_.size());
            changed_.notify_all();
            startReading();
        });
    }

    void sendNext() {
        std::lock_guard lock(mutex_);
        if (writing_ || sending_.empty() || ended_)
            return;
        writing_ = true;
        current_ = std::move(sending_.front());
        sending_.erase(sending_.begin());
        stream_.async_write(asio::buffer(current_), [this](error_code error, std::size_t) {
            {
                std::lock_guard inner(mutex_);
                writing_ = false;
            }
            if (!error)
                sendNext();
        });
    }

    void end(error_code error) {
        std::lock_guard lock(mutex_);
        ended_ = true;
        if (error && error != websocket::error::closed && error != asio::error::eof)
            failure_ = unreachable("read", error);
        changed_.notify_all();
    }

    asio::io_context io_{1};
    websocket::stream<ssl::stream<beast::tcp_stream>> stream_;
    beast::flat_buffer buffer_;
    std::string protocol_, current_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> received_, sending_;
    std::optional<Error> failure_;
    bool ended_ = false, writing_ = false;
    std::atomic<bool> cancelled_ = false;
    std::thread thread_;
};

} // namespace

Result<std::unique_ptr<WebSocket>> openWebSocket(const HttpAddress& address, ssl::context& tls,
                                                 const WebSocketRequest& request) {
    auto socket = std::make_unique<HttpWebSocket>(address, tls, request);
    if (auto opened = socket->open(address, request); !opened)
        return std::unexpected(opened.error());
    return socket;
}

} // namespace slipway::client
