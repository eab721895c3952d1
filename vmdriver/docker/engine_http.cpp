#include "vmdriver/docker/engine_http.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <cstdlib>
#include <unistd.h>

namespace slipway::vmdriver {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

using Stream = beast::basic_stream<asio::local::stream_protocol, asio::any_io_executor>;
constexpr std::uint64_t keptAnswer = 64u << 20;

template <class Body> http::request<Body> headFor(const EngineRequest& request) {
    http::request<Body> message(http::string_to_verb(request.method), request.target, 11);
    message.set(http::field::host, "slipway");
    message.set(http::field::user_agent, "slipway");
    message.set(http::field::content_type, request.contentType);
    return message;
}

/// One connection and the loop that drives it; steps are asynchronous so that they can be timed and cancelled.
class Exchange {
public:
    Exchange(const EngineRequest& request, std::stop_token stop) : request_(request), stop_(std::move(stop)) {}

    Result<void> connect(const fs::path& socket) {
        return step(
            [&](auto done) { stream_.async_connect(asio::local::stream_protocol::endpoint(socket.string()), done); });
    }

    template <class Message> Result<void> write(Message& message) {
        message.prepare_payload();
        return step([&](auto done) {
            http::async_write(stream_, message, [done](const beast::error_code& error, std::size_t) { done(error); });
        });
    }

    template <class Parser> Result<void> readHead(Parser& parser) {
        return step([&](auto done) {
            http::async_read_header(stream_, buffer_, parser,
                                    [done](const beast::error_code& error, std::size_t) { done(error); });
        });
    }

    /// Reads until the message is whole, a piece at a time, each with its own time limit.
    template <class Parser> Result<void> readRest(Parser& parser) {
        while (!parser.is_done())
            if (auto more = step([&](auto done) {
                    http::async_read_some(stream_, buffer_, parser,
                                          [done](const beast::error_code& error, std::size_t) { done(error); });
                });
                !more)
                return more;
        return {};
    }

    EngineStream release() {
        EngineStream stream{.early = beast::buffers_to_string(buffer_.data())};
        stream.socket = dup(stream_.socket().native_handle());
        return stream;
    }

private:
    template <class Start> Result<void> step(Start start) {
        beast::error_code outcome = asio::error::would_block;
        stream_.expires_after(request_.timeout);
        start([&](const beast::error_code& error) { outcome = error; });
        context_.restart();
        while (outcome == asio::error::would_block) {
            context_.run_for(std::chrono::milliseconds(50));
            if (stop_.stop_requested())
                stream_.cancel();
        }
        if (stop_.stop_requested())
            return failure(DriverErrc::cancelled, "cancelled");
        if (outcome)
            return failure(DriverErrc::sandbox, "the container engine does not answer: " + outcome.message());
        return {};
    }

    const EngineRequest& request_;
    std::stop_token stop_;
    asio::io_context context_;
    Stream stream_{context_};
    beast::flat_buffer buffer_;
};

Result<void> sendBody(Exchange& exchange, const EngineRequest& request) {
    if (request.bodyFile.empty()) {
        auto message = headFor<http::string_body>(request);
        message.body() = request.body;
        return exchange.write(message);
    }
    auto message = headFor<http::file_body>(request);
    beast::error_code error;
    message.body().open(request.bodyFile.c_str(), beast::file_mode::scan, error);
    if (error)
        return failure(DriverErrc::io, request.bodyFile.string() + ": " + error.message());
    return exchange.write(message);
}

Result<EngineAnswer> readAnswer(Exchange& exchange, const EngineRequest& request) {
    http::response_parser<http::empty_body> head;
    head.body_limit(boost::none);
    if (auto read = exchange.readHead(head); !read)
        return std::unexpected(read.error());
    EngineAnswer answer{.status = static_cast<int>(head.get().result_int())};
    if (request.answerFile.empty() || answer.status / 100 != 2) {
        http::response_parser<http::string_body> whole(std::move(head));
        whole.body_limit(keptAnswer);
        if (auto read = exchange.readRest(whole); !read)
            return std::unexpected(read.error());
        answer.body = std::move(whole.get().body());
        return answer;
    }
    http::response_parser<http::file_body> file(std::move(head));
    beast::error_code error;
    file.get().body().open(request.answerFile.c_str(), beast::file_mode::write, error);
    if (error)
        return failure(DriverErrc::io, request.answerFile.string() + ": " + error.message());
    if (auto read = exchange.readRest(file); !read)
        return std::unexpected(read.error());
    return answer;
}

} // namespace

std::string EngineAnswer::message() const {
    boost::system::error_code error;
    const auto value = json::parse(body, error);
    if (!error && value.is_object())
        if (const auto* text = value.get_object().if_contains("message"); text && text->is_string())
            return std::string(text->get_string());
    return "HTTP status " + std::to_string(status);
}

Result<EngineAnswer> EngineHttp::send(const EngineRequest& request, std::stop_token stop) const {
    Exchange exchange(request, std::move(stop));
    if (auto connected = exchange.connect(socket_); !connected)
        return std::unexpected(connected.error());
    const auto sent = sendBody(exchange, request);
    if (!sent && sent.error().code != DriverErrc::sandbox)
        return std::unexpected(sent.error());
    // An engine that refuses a request says so and closes before it has read all of it.
    auto answer = readAnswer(exchange, request);
    return answer || sent ? std::move(answer) : std::unexpected(sent.error());
}

Result<EngineStream> EngineHttp::open(const EngineRequest& request) const {
    Exchange exchange(request, {});
    if (auto connected = exchange.connect(socket_); !connected)
        return std::unexpected(connected.error());
    auto message = headFor<http::string_body>(request);
    message.body() = request.body;
    message.set(http::field::connection, "Upgrade");
    message.set(http::field::upgrade, "tcp");
    if (auto sent = exchange.write(message); !sent)
        return std::unexpected(sent.error());
    http::response_parser<http::empty_body> head;
    head.skip(true); // what follows is no HTTP body
    if (auto read = exchange.readHead(head); !read)
        return std::unexpected(read.error());
    if (head.get().result_int() != 101 && head.get().result_int() != 200)
        return failure(DriverErrc::sandbox,
                       "the container engine refused: HTTP status " + std::to_string(head.get().result_int()));
    return exchange.release();
}

fs::path findEngineSocket() {
    const char* host = std::getenv("DOCKER_HOST");
    if (host && std::string_view(host).starts_with("unix://"))
        return std::string(host).substr(7);
    std::error_code ignored;
    const char* runtimeDir = std::getenv("XDG_RUNTIME_DIR");
    const std::string own = runtimeDir ? runtimeDir : "";
    for (const fs::path& path :
         {fs::path("/run/docker.sock"), fs::path("/var/run/docker.sock"), fs::path(own + "/docker.sock"),
          fs::path("/run/podman/podman.sock"), fs::path(own + "/podman/podman.sock")})
        if (fs::is_socket(path, ignored))
            return path;
    return {};
}

} // namespace slipway::vmdriver
