#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>

namespace slipway::network {

/// A whole HTTP/1.1 response ("200 OK") that ends its connection. @p headers are lines that end in CRLF.
std::string httpResponse(const std::string& status, const std::string& headers, const std::string& body);

/// Answers every request on a port with what @p answer gives; for health checks and metrics. Bounded in connections and
/// their lifetimes. Runs on the acceptor's context; closing the acceptor ends it.
void answerAll(std::shared_ptr<boost::asio::ip::tcp::acceptor> acceptor, std::function<std::string()> answer);

/// Listens; null when the address cannot be used, with the reason in @p problem.
std::shared_ptr<boost::asio::ip::tcp::acceptor>
listenOn(boost::asio::io_context& context, const boost::asio::ip::tcp::endpoint& endpoint, std::string& problem);

} // namespace slipway::network
