#include "cluster/agent/server/port_forward.h"

#include "cluster/agent/server/pod_connection.h"
#include "cluster/agent/server/spdy_link.h"
#include "cluster/base/log.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <charconv>
#include <format>
#include <map>

namespace slipway::agent {
namespace {

using wire::SpdyEvent;
using wire::SpdyStatus;

std::string forwardError(const ForwardTarget& target, unsigned short port, const std::string& why) {
    return std::format("error forwarding port {} to pod {}, uid {}: {}", port, target.podId, target.podUid, why);
}

std::optional<unsigned short> portOf(std::string_view text) {
    unsigned short port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port != 0 ? std::optional(port) : std::nullopt;
}

/// Waits while a connection cannot take more, and @p client is there.
asio::awaitable<void> waitForRoom(std::shared_ptr<PodConnection> connection, const auto& client) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (connection->full() && client.connected()) {
        timer.expires_after(std::chrono::milliseconds(10));
        co_await timer.async_wait(tuple);
    }
}

/// One client's SPDY session. Its connections' coroutines keep it alive.
class SpdyForwarding : public std::enable_shared_from_this<SpdyForwarding> {
public:
    SpdyForwarding(ByteStream& bytes, const asio::any_io_executor& executor, ForwardTarget target)
        : executor_(executor), link_(bytes, executor), target_(std::move(target)), idle_(executor) {}

    asio::awaitable<void> run() {
        for (;;) {
            auto events = co_await link_.read();
            if (events.empty())
                break;
            for (SpdyEvent& event : events)
                co_await take(std::move(event));
            if (!co_await link_.flush())
                break;
        }
        for (auto& [stream, forward] : byData_)
            forward->connection->close();
        // The connections' coroutines use the byte stream, which goes when this one ends.
        while (running_ > 0) {
            idle_.expires_after(std::chrono::milliseconds(5));
            co_await idle_.async_wait(tuple);
        }
    }

private:
    struct Forward {
        std::uint32_t data = 0, error = 0;
        unsigned short port = 0;
        std::shared_ptr<PodConnection> connection;
    };

    asio::awaitable<void> take(SpdyEvent event) {
        if (event.kind == SpdyEvent::Kind::opened)
            co_return opened(event);
        const auto found = byData_.find(event.stream);
        if (found == byData_.end())
            co_return;
        const auto connection = found->second->connection;
        if (event.kind == SpdyEvent::Kind::data) {
            connection->send(std::move(event.data));
            co_await waitForRoom(connection, link_);
        } else if (event.kind == SpdyEvent::Kind::ended) {
            connection->endInput();
        } else if (event.kind == SpdyEvent::Kind::reset) {
            connection->close();
        }
    }

    void opened(const SpdyEvent& event) {
        const auto header = [&](std::string_view name) {
            const auto found = event.headers.find(name);
            return found == event.headers.end() ? std::string() : found->second;
        };
        const std::string type = header("streamtype");
        const auto port = portOf(header("port"));
        if (!port || (type != "data" && type != "error"))
            return link_.session().reset(event.stream, SpdyStatus::refusedStream);
        // Clients before requestID opened the two streams one right after the other.
        std::string request = header("requestid");
        if (request.empty())
            request = std::format("#{}", type == "error" ? event.stream : event.stream - 2);
        link_.session().reply(event.stream);
        auto [place, fresh] = pairs_.try_emplace(request);
        if (fresh)
            place->second = std::make_shared<Forward>();
        const auto forward = place->second;
        (type == "data" ? forward->data : forward->error) = event.stream;
        forward->port = *port;
        if (type == "data") {
            forward->connection = std::make_shared<PodConnection>(executor_);
            byData_[event.stream] = forward;
        }
        if (forward->data == 0 || forward->error == 0)
            return;
        pairs_.erase(place);
        ++running_;
        asio::co_spawn(
            executor_, [self = shared_from_this(), forward] { return self->carry(forward); }, asio::detached);
    }

    asio::awaitable<void> carry(std::shared_ptr<Forward> forward) {
        wire::SpdySession& session = link_.session();
        if (const auto opened = co_await forward->connection->open(target_, forward->port); !opened) {
            session.send(forward->error, forwardError(target_, forward->port, opened.error()));
        } else {
            for (;;) {
                const std::string data = co_await forward->connection->read();
                if (data.empty())
                    break;
                session.send(forward->data, data);
                if (!co_await link_.flush())
                    break;
            }
        }
        session.end(forward->data);
        session.end(forward->error);
        co_await link_.flush();
        forward->connection->close();
        byData_.erase(forward->data);
        --running_;
    }

    const asio::any_io_executor executor_;
    SpdyLink link_;
    const ForwardTarget target_;
    std::map<std::string, std::shared_ptr<Forward>> pairs_; ///< whose second stream has not come yet
    std::map<std::uint32_t, std::shared_ptr<Forward>> byData_;
    int running_ = 0;
    asio::steady_timer idle_;
};

/// Forwarding over WebSocket channels; lives as long as its session.
class ChannelForwarding : public std::enable_shared_from_this<ChannelForwarding> {
public:
    ChannelForwarding(WebSocketConnection& socket, const asio::any_io_executor& executor, bool base64,
                      ForwardTarget target)
        : socket_(socket), base64_(base64), target_(std::move(target)), idle_(executor) {}

    asio::awaitable<void> run(std::vector<unsigned short> ports) {
        const auto executor = co_await asio::this_coro::executor;
        for (unsigned i = 0; i < ports.size(); ++i) {
            const std::string number{static_cast<char>(ports[i] & 0xff), static_cast<char>(ports[i] >> 8)};
            co_await write(2 * i, number);
            co_await write(2 * i + 1, number);
            connections_.push_back(std::make_shared<PodConnection>(executor));
        }
        for (unsigned i = 0; i < ports.size(); ++i) {
            ++running_;
            asio::co_spawn(
                executor, [self = shared_from_this(), i, port = ports[i]] { return self->carry(i, port); },
                asio::detached);
        }
        while (auto message = co_await socket_.read())
            co_await take(std::move(*message));
        for (const auto& connection : connections_)
            connection->close();
        while (running_ > 0) {
            idle_.expires_after(std::chrono::milliseconds(5));
            co_await idle_.async_wait(tuple);
        }
    }

private:
    asio::awaitable<void> take(std::string message) {
        if (base64_) {
            auto binary = wire::decodeBase64Message(message);
            if (!binary)
                co_return;
            message = std::move(*binary);
        }
        const unsigned channel = message.empty() ? 1 : static_cast<std::uint8_t>(message[0]);
        if (channel % 2 != 0 || channel / 2 >= connections_.size())
            co_return;
        const auto connection = connections_[channel / 2];
        connection->send(message.substr(1));
        co_await waitForRoom(connection, socket_);
    }

    asio::awaitable<void> carry(unsigned index, unsigned short port) {
        const auto connection = connections_[index];
        if (const auto opened = co_await connection->open(target_, port); !opened) {
            co_await write(2 * index + 1, forwardError(target_, port, opened.error()));
        } else {
            for (;;) {
                const std::string data = co_await connection->read();
                if (data.empty() || !co_await write(2 * index, data))
                    break;
            }
        }
        connection->close();
        if (--running_ == 0) // the channels cannot be closed one by one
            co_await socket_.close();
    }

    /// One message at a time, whoever sends.
    asio::awaitable<bool> write(unsigned channel, std::string_view data) {
        const std::string message = wire::channelMessage(channel, data, base64_);
        asio::steady_timer turn(idle_.get_executor());
        while (writing_) {
            turn.expires_after(std::chrono::milliseconds(1));
            co_await turn.async_wait(tuple);
        }
        writing_ = true;
        const bool written = co_await socket_.write(message);
        writing_ = false;
        co_return written;
    }

    WebSocketConnection& socket_;
    const bool base64_;
    const ForwardTarget target_;
    std::vector<std::shared_ptr<PodConnection>> connections_;
    asio::steady_timer idle_;
    int running_ = 0;
    bool writing_ = false;
};

} // namespace

asio::awaitable<void> forwardOverSpdy(ByteStream& bytes, ForwardTarget target) {
    const auto executor = co_await asio::this_coro::executor;
    const auto forwarding = std::make_shared<SpdyForwarding>(bytes, executor, std::move(target));
    co_await forwarding->run();
}

asio::awaitable<void> forwardOverChannels(WebSocketConnection& socket, std::vector<unsigned short> ports, bool base64,
                                          ForwardTarget target) {
    const auto executor = co_await asio::this_coro::executor;
    const auto forwarding = std::make_shared<ChannelForwarding>(socket, executor, base64, std::move(target));
    co_await forwarding->run(std::move(ports));
}

} // namespace slipway::agent
