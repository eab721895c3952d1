#pragma once

#include "cluster/network/netlink/message.h"

#include <expected>

namespace slipway::network::netlink {

/// What the kernel answered: an errno value and its text.
struct Failure {
    int code = 0;
    std::string message;
};

/// A netlink socket in the network namespace of the thread that made it. One thread at a time.
class Socket {
public:
    /// @p protocol: NETLINK_ROUTE, NETLINK_NETFILTER.
    explicit Socket(int protocol);
    ~Socket();
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    /// Sends a request and waits for the kernel's yes or no.
    std::expected<void, Failure> ask(Request request);
    /// Sends a request for a list; @p each gets every answer's type and content behind the netlink header.
    std::expected<void, Failure> list(Request request, const std::function<void(std::uint16_t, Bytes)>& each);

private:
    std::expected<void, Failure> send(Request& request, std::uint16_t flags);
    int socket_ = -1;
    std::uint32_t sequence_ = 0;
};

} // namespace slipway::network::netlink
