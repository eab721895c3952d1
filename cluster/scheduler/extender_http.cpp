#include "cluster/scheduler/extender_http.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <format>

namespace slipway::scheduler {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr std::uint64_t mostBytes = 64 * 1024 * 1024;

struct Place {
    std::string host, port = "80", path = "/";
};

Place placeOf(std::string url) {
    url.erase(0, std::string_view("http://").size());
    Place place;
    if (const auto slash = url.find('/'); slash != std::string::npos) {
        place.path = url.substr(slash);
        url.resize(slash);
    }
    const auto bracket = url.rfind(']'), colon = url.rfind(':');
    if (colon != std::string::npos && (bracket == std::string::npos || colon > bracket)) {
        place.port = url.substr(colon + 1);
        url.resize(colon);
    }
    place.host = url.starts_with('[') && url.ends_with(']') ? url.substr(1, url.size() - 2) : url;
    return place;
}

/// Runs one operation to its end; an operation that takes too long ends with an error.
template <class Start> boost::system::error_code run(asio::io_context& io, Start start) {
    boost::system::error_code result;
    start([&](boost::system::error_code error, auto&&...) { result = error; });
    io.restart();
    io.run();
    return result;
}

} // namespace

std::expected<HttpAnswer, std::string> postJson(const std::string& url, const std::string& body,
                                                std::chrono::milliseconds timeout) {
    const Place place = placeOf(url);
    asio::io_context io;
    boost::system::error_code error;
    const auto endpoints = asio::ip::tcp::resolver(io).resolve(place.host, place.port, error);
    if (error)
        return std::unexpected(std::format("{}: {}", place.host, error.message()));
    beast::tcp_stream stream(io);
    stream.expires_after(timeout);
    http::request<http::string_body> request(http::verb::post, place.path, 11, body);
    request.set(http::field::host, place.host);
    request.set(http::field::content_type, "application/json");
    request.set(http::field::accept, "application/json");
    request.keep_alive(false);
    request.prepare_payload();
    http::response_parser<http::string_body> parser;
    parser.body_limit(mostBytes);
    beast::flat_buffer buffer;
    error = run(io, [&](auto done) {
        stream.async_connect(endpoints, [done](auto e, const asio::ip::tcp::endpoint&) { done(e); });
    });
    if (!error)
        error = run(io, [&](auto done) { http::async_write(stream, request, done); });
    if (!error)
        error = run(io, [&](auto done) { http::async_read(stream, buffer, parser, done); });
    if (error)
        return std::unexpected(std::format("{}: {}", url, error.message()));
    return HttpAnswer{parser.get().result_int(), std::move(parser.get().body())};
}

} // namespace slipway::scheduler
