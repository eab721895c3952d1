#pragma once

#include "cluster/agent/server/port_forward.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>

namespace slipway::agent {

/// A TCP connection to an application inside a pod. What is sent waits here while the application is slow.
/// On the session's own event loop only; kept alive by shared pointers while it works.
class PodConnection : public std::enable_shared_from_this<PodConnection> {
public:
    /// More waiting than this, and the sender is to wait.
    static constexpr std::size_t mostWaiting = 1 << 20;

    explicit PodConnection(const asio::any_io_executor& executor)
        : socket_(executor), more_(executor, asio::steady_timer::time_point::max()) {}

    /// Connects to the port on the pod's loopback, IPv4 first. The error is what the client is told.
    asio::awaitable<std::expected<void, std::string>> open(const ForwardTarget& target, unsigned short port);
    void send(std::string data);
    /// Nothing more will be sent.
    void endInput();
    bool full() const { return waitingBytes_ > mostWaiting; }
    /// What the application says; empty at its end.
    asio::awaitable<std::string> read();
    void close();

private:
    asio::awaitable<void> write();
    asio::awaitable<std::string> connect(const ForwardTarget& target, int family, unsigned short port);

    asio::ip::tcp::socket socket_;
    asio::steady_timer more_; ///< runs out when there is more to write
    std::deque<std::string> waiting_;
    std::size_t waitingBytes_ = 0;
    bool inputEnds_ = false, closed_ = false;
};

} // namespace slipway::agent
