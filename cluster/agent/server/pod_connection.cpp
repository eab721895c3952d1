#include "cluster/agent/server/pod_connection.h"

#include "cluster/agent/server/pod_network.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <format>

namespace slipway::agent {

using asio::ip::tcp;

asio::awaitable<std::string> PodConnection::connect(const ForwardTarget& target, int family, unsigned short port) {
    if (closed_)
        co_return "the client is gone";
    const bool v4 = family == AF_INET;
    const auto descriptor = openSocketIn(target.networkNamespace, family);
    if (!descriptor)
        co_return descriptor.error();
    error_code error;
    socket_.close(error);
    socket_.assign(v4 ? tcp::v4() : tcp::v6(), *descriptor, error);
    if (error)
        co_return error.message();
    const asio::ip::address address =
        v4 ? asio::ip::address(asio::ip::address_v4::loopback()) : asio::ip::address(asio::ip::address_v6::loopback());
    asio::steady_timer limit(socket_.get_executor(), std::chrono::seconds(10));
    limit.async_wait([self = shared_from_this()](error_code cancelled) {
        error_code ignored;
        if (!cancelled)
            self->socket_.close(ignored);
    });
    std::tie(error) = co_await socket_.async_connect(tcp::endpoint(address, port), tuple);
    co_return error ? error.message() : std::string();
}

asio::awaitable<std::expected<void, std::string>> PodConnection::open(const ForwardTarget& target,
                                                                      unsigned short port) {
    const std::string v4 = co_await connect(target, AF_INET, port);
    if (!v4.empty()) {
        const std::string v6 = co_await connect(target, AF_INET6, port);
        if (!v6.empty())
            co_return std::unexpected(
                std::format("failed to connect to localhost:{} inside namespace \"{}\", IPv4: dial tcp4 127.0.0.1:{}: "
                            "connect: {} IPv6 dial tcp6 [::1]:{}: connect: {}",
                            port, target.podId, port, v4, port, v6));
    }
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    asio::co_spawn(socket_.get_executor(), [self = shared_from_this()] { return self->write(); }, asio::detached);
    co_return std::expected<void, std::string>();
}

void PodConnection::send(std::string data) {
    if (closed_ || inputEnds_)
        return;
    waitingBytes_ += data.size();
    waiting_.push_back(std::move(data));
    more_.cancel();
}

void PodConnection::endInput() {
    inputEnds_ = true;
    more_.cancel();
}

asio::awaitable<void> PodConnection::write() {
    while (!closed_) {
        if (waiting_.empty() && inputEnds_)
            break;
        if (waiting_.empty()) {
            co_await more_.async_wait(tuple);
            continue;
        }
        const std::string data = std::move(waiting_.front());
        waiting_.pop_front();
        const auto [error, size] = co_await asio::async_write(socket_, asio::buffer(data), tuple);
        waitingBytes_ -= data.size();
        if (error)
            closed_ = true;
    }
    error_code ignored;
    if (closed_) {
        waiting_.clear();
        waitingBytes_ = 0;
    } else {
        socket_.shutdown(tcp::socket::shutdown_send, ignored);
    }
}

asio::awaitable<std::string> PodConnection::read() {
    std::string data(32 * 1024, '\0');
    const auto [error, size] = co_await socket_.async_read_some(asio::buffer(data), tuple);
    data.resize(error ? 0 : size);
    co_return data;
}

void PodConnection::close() {
    closed_ = true;
    error_code ignored;
    socket_.close(ignored);
    more_.cancel();
}

} // namespace slipway::agent
