#pragma once

#include <chrono>
#include <expected>
#include <string>

namespace slipway::scheduler {

/// An answer of a web server.
struct HttpAnswer {
    unsigned status = 0;
    std::string body;
};

/// Sends JSON to "http://host[:port]/path" over a connection of its own, without TLS. Blocks for at most @p timeout.
/// The error says what went wrong.
std::expected<HttpAnswer, std::string> postJson(const std::string& url, const std::string& body,
                                                std::chrono::milliseconds timeout);

} // namespace slipway::scheduler
