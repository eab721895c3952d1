#include "cluster/network/dns/upstream.h"

#include <algorithm>
#include <array>
#include <boost/asio.hpp>
#include <random>

namespace slipway::network::dns {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;

constexpr std::chrono::seconds patience{2};

std::optional<udp::endpoint> endpointOf(std::string text) {
    int port = 53;
    const std::size_t colon = text.rfind(':');
    const bool hasPort = colon != std::string::npos && (text.find(':') == colon || text[colon - 1] == ']');
    if (hasPort) {
        port = std::atoi(text.c_str() + colon + 1);
        text.resize(colon);
    }
    if (text.starts_with('[') && text.ends_with(']'))
        text = text.substr(1, text.size() - 2);
    error_code error;
    const auto address = asio::ip::make_address(text, error);
    if (error || port <= 0 || port > 65535)
        return std::nullopt;
    return udp::endpoint(address, static_cast<unsigned short>(port));
}

std::vector<udp::endpoint> endpointsOf(const std::vector<std::string>& servers) {
    std::vector<udp::endpoint> result;
    for (const std::string& server : servers)
        if (const auto endpoint = endpointOf(server))
            result.push_back(*endpoint);
    return result;
}

/// Whether a packet answers a query: its id and its question.
bool answers(Bytes packet, Bytes query) {
    if (packet.size() < headerSize || packet[0] != query[0] || packet[1] != query[1] || (packet[2] & 0x80U) == 0)
        return false;
    Unreadable why;
    const auto asked = readQuery(query, why);
    return asked && (packet[5] == 0 || nameAt(packet, headerSize) == asked->name);
}

class UdpQuestion : public std::enable_shared_from_this<UdpQuestion> {
public:
    UdpQuestion(asio::io_context& context, const std::vector<std::string>& servers, Packet query, Done done)
        : socket_(context)
        , timer_(context)
        , servers_(endpointsOf(servers))
        , id_{query[0], query[1]}
        , query_(std::move(query))
        , done_(std::move(done)) {
        // An id nobody else can know: who guesses it could answer in the server's place.
        const auto id = std::random_device()();
        query_[0] = static_cast<std::uint8_t>(id);
        query_[1] = static_cast<std::uint8_t>(id >> 8U);
    }

    void next() {
        if (index_ >= servers_.size())
            return finish(bareAnswer(query_, Code::serverFailure));
        const udp::endpoint server = servers_[index_++];
        error_code error;
        socket_.close(error);
        socket_.open(server.protocol(), error);
        if (!error)
            socket_.connect(server, error); // only this server's answers come in
        if (!error)
            socket_.send(asio::buffer(query_), 0, error);
        if (error)
            return next();
        timer_.expires_after(patience);
        timer_.async_wait([self = shared_from_this()](error_code canceled) {
            if (!canceled)
                self->next();
        });
        receive(index_);
    }

private:
    void receive(std::size_t round) {
        socket_.async_receive(
            asio::buffer(buffer_), [self = shared_from_this(), round](error_code error, std::size_t size) {
                if (round != self->index_ || !self->done_)
                    return;
                if (error) {
                    self->timer_.cancel();
                    return self->next(); // refused at once
                }
                if (!answers(Bytes(self->buffer_.data(), size), self->query_))
                    return self->receive(round);
                self->finish(Packet(self->buffer_.begin(), self->buffer_.begin() + static_cast<std::ptrdiff_t>(size)));
            });
    }

    void finish(Packet answer) {
        timer_.cancel();
        std::ranges::copy(id_, answer.begin());
        if (auto done = std::exchange(done_, nullptr))
            done(std::move(answer));
        error_code error;
        socket_.close(error);
    }

    udp::socket socket_;
    asio::steady_timer timer_;
    std::vector<udp::endpoint> servers_;
    std::array<std::uint8_t, 2> id_;
    Packet query_;
    Done done_;
    std::array<std::uint8_t, 4096> buffer_{};
    std::size_t index_ = 0;
};

class TcpQuestion : public std::enable_shared_from_this<TcpQuestion> {
public:
    TcpQuestion(asio::io_context& context, const std::vector<std::string>& servers, Packet query, Done done)
        : socket_(context)
        , timer_(context)
        , servers_(endpointsOf(servers))
        , query_(std::move(query))
        , done_(std::move(done)) {
        framed_ = {static_cast<std::uint8_t>(query_.size() >> 8U), static_cast<std::uint8_t>(query_.size() & 255U)};
        framed_.insert(framed_.end(), query_.begin(), query_.end());
    }

    void next() {
        if (index_ >= servers_.size())
            return finish(bareAnswer(query_, Code::serverFailure));
        const udp::endpoint server = servers_[index_++];
        error_code error;
        socket_.close(error);
        timer_.expires_after(2 * patience);
        timer_.async_wait([self = shared_from_this()](error_code canceled) {
            error_code ignored;
            if (!canceled)
                self->socket_.close(ignored); // what is under way fails, and the next is asked
        });
        socket_.async_connect(
            tcp::endpoint(server.address(), server.port()), [self = shared_from_this()](error_code failed) {
                if (failed)
                    return self->next();
                asio::async_write(self->socket_, asio::buffer(self->framed_),
                                  [self](error_code broken, std::size_t) { broken ? self->next() : self->readSize(); });
            });
    }

private:
    void readSize() {
        asio::async_read(socket_, asio::buffer(size_), [self = shared_from_this()](error_code error, std::size_t) {
            if (error)
                return self->next();
            self->answer_.resize(static_cast<std::size_t>(self->size_[0]) << 8U | self->size_[1]);
            asio::async_read(self->socket_, asio::buffer(self->answer_), [self](error_code failed, std::size_t) {
                failed || !answers(self->answer_, self->query_) ? self->next() : self->finish(std::move(self->answer_));
            });
        });
    }

    void finish(Packet answer) {
        timer_.cancel();
        if (auto done = std::exchange(done_, nullptr))
            done(std::move(answer));
        error_code error;
        socket_.close(error);
    }

    tcp::socket socket_;
    asio::steady_timer timer_;
    std::vector<udp::endpoint> servers_;
    Packet query_, framed_, answer_;
    std::array<std::uint8_t, 2> size_{};
    std::size_t index_ = 0;
    Done done_;
};

} // namespace

const std::vector<std::string>& serversFor(const Servers& servers, const std::string& name) {
    for (std::size_t start = 0; start != std::string::npos;) {
        if (const auto found = servers.domains.find(name.substr(start)); found != servers.domains.end())
            return found->second;
        const std::size_t dot = name.find('.', start);
        start = dot == std::string::npos ? dot : dot + 1;
    }
    return servers.everything;
}

void askOverUdp(asio::io_context& context, const std::vector<std::string>& servers, Packet query, Done done) {
    std::make_shared<UdpQuestion>(context, servers, std::move(query), std::move(done))->next();
}

void askOverTcp(asio::io_context& context, const std::vector<std::string>& servers, Packet query, Done done) {
    std::make_shared<TcpQuestion>(context, servers, std::move(query), std::move(done))->next();
}

} // namespace slipway::network::dns
