#include "cluster/network/netlink/socket.h"

#include <cerrno>
#include <cstring>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

namespace slipway::network::netlink {
namespace {

std::unexpected<Failure> failure(int code) {
    return std::unexpected(Failure{code, std::strerror(code)});
}

} // namespace

Socket::Socket(int protocol) : socket_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol)) {
    // A kernel that does not answer must not hold a thread for ever.
    const timeval patience{10, 0};
    if (socket_ >= 0)
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

Socket::~Socket() {
    if (socket_ >= 0)
        ::close(socket_);
}

std::expected<void, Failure> Socket::send(Request& request, std::uint16_t flags) {
    auto& message = request.message();
    nlmsghdr header{};
    std::memcpy(&header, message.data(), sizeof header);
    header.nlmsg_flags |= flags;
    header.nlmsg_seq = ++sequence_;
    std::memcpy(message.data(), &header, sizeof header);
    if (socket_ < 0 || ::send(socket_, message.data(), message.size(), 0) < 0)
        return failure(errno);
    return {};
}

std::expected<void, Failure> Socket::ask(Request request) {
    if (auto sent = send(request, NLM_F_ACK); !sent)
        return sent;
    std::vector<std::uint8_t> answer(8192);
    while (true) {
        const ssize_t size = ::recv(socket_, answer.data(), answer.size(), 0);
        if (size < 0)
            return failure(errno);
        nlmsghdr header{};
        nlmsgerr result{};
        if (static_cast<std::size_t>(size) < sizeof header + sizeof result)
            continue;
        std::memcpy(&header, answer.data(), sizeof header);
        if (header.nlmsg_seq != sequence_ || header.nlmsg_type != NLMSG_ERROR)
            continue;
        std::memcpy(&result, answer.data() + NLMSG_HDRLEN, sizeof result);
        if (result.error != 0)
            return failure(-result.error);
        return {};
    }
}

std::expected<void, Failure> Socket::list(Request request, const std::function<void(std::uint16_t, Bytes)>& each) {
    if (auto sent = send(request, NLM_F_DUMP); !sent)
        return sent;
    std::vector<std::uint8_t> buffer(65536);
    while (true) {
        const ssize_t received = ::recv(socket_, buffer.data(), buffer.size(), 0);
        if (received < 0)
            return failure(errno);
        Bytes rest(buffer.data(), static_cast<std::size_t>(received));
        while (rest.size() >= sizeof(nlmsghdr)) {
            nlmsghdr header{};
            std::memcpy(&header, rest.data(), sizeof header);
            if (header.nlmsg_len < sizeof header || header.nlmsg_len > rest.size())
                break;
            const Bytes content = rest.subspan(NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN);
            if (header.nlmsg_seq == sequence_) {
                if (header.nlmsg_type == NLMSG_DONE)
                    return {};
                if (header.nlmsg_type == NLMSG_ERROR) {
                    const auto code = numberOf<int>(content).value_or(-EBADMSG);
                    return failure(-code);
                }
                each(header.nlmsg_type, content);
            }
            rest = rest.subspan(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), rest.size()));
        }
    }
}

} // namespace slipway::network::netlink
