#include "cluster/network/dns/server.h"

#include "cluster/base/log.h"
#include "cluster/network/dns/answer.h"

#include <atomic>
#include <boost/asio.hpp>
#include <format>
#include <thread>

namespace slipway::network {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;

constexpr std::size_t mostForwarded = 512, mostConnections = 64;
constexpr std::chrono::seconds forwardTimeout{2}, connectionTimeout{10};

std::optional<udp::endpoint> endpointOf(const std::string& text) {
    const std::size_t colon = text.find(':');
    const bool withPort = colon != std::string::npos && text.find(':', colon + 1) == std::string::npos;
    error_code error;
    const auto address = asio::ip::make_address(withPort ? text.substr(0, colon) : text, error);
    if (error)
        return std::nullopt;
    const int port = withPort ? std::atoi(text.c_str() + colon + 1) : 53;
    return udp::endpoint(address, static_cast<unsigned short>(port));
}

using Done = std::function<void(Packet)>;

/// Asks the upstream servers one after the other, each once; SERVFAIL when none answers.
class Forward : public std::enable_shared_from_this<Forward> {
public:
    Forward(asio::io_context& context, const std::vector<udp::endpoint>& servers, Packet query, Done done)
        : socket_(context), timer_(context), servers_(servers), query_(std::move(query)), done_(std::move(done)) {}

    void next() {
        if (index_ == servers_.size())
            return finish(serverFailure(query_));
        const udp::endpoint server = servers_[index_++];
        error_code error;
        socket_.close(error);
        socket_.open(server.protocol(), error);
        socket_.connect(server, error); // only this server's packets are let in; the source port is random
        if (!error)
            socket_.send(asio::buffer(query_), 0, error);
        if (error)
            return next();
        timer_.expires_after(forwardTimeout);
        timer_.async_wait([self = shared_from_this(), round = index_](error_code canceled) {
            if (!canceled && round == self->index_)
                self->next();
        });
        receive(index_);
    }

private:
    void receive(std::size_t round) {
        socket_.async_receive(asio::buffer(buffer_), [self = shared_from_this(), round](error_code error,
                                                                                        std::size_t size) {
            if (round != self->index_ || !self->done_)
                return;
            if (error)
                return self->next();
            const bool same = size >= 12 && self->buffer_[0] == self->query_[0] && self->buffer_[1] == self->query_[1];
            if (!same)
                return self->receive(round);
            self->finish(Packet(self->buffer_.begin(), self->buffer_.begin() + static_cast<std::ptrdiff_t>(size)));
        });
    }

    void finish(Packet answer) {
        timer_.cancel();
        if (auto done = std::exchange(done_, nullptr))
            done(std::move(answer));
        error_code error;
        socket_.close(error);
    }

    udp::socket socket_;
    asio::steady_timer timer_;
    std::vector<udp::endpoint> servers_;
    Packet query_;
    Done done_;
    std::array<std::uint8_t, 4096> buffer_{};
    std::size_t index_ = 0;
};

/// The same over TCP, for queries that came over TCP.
class TcpForward : public std::enable_shared_from_this<TcpForward> {
public:
    TcpForward(asio::io_context& context, const std::vector<udp::endpoint>& servers, Packet query, Done done)
        : socket_(context), timer_(context), servers_(servers), query_(std::move(query)), done_(std::move(done)) {}

    void start() {
        if (servers_.empty())
            return finish(serverFailure(query_));
        timer_.expires_after(2 * forwardTimeout);
        timer_.async_wait([self = shared_from_this()](error_code canceled) {
            if (!canceled)
                self->fail();
        });
        framed_ = {static_cast<std::uint8_t>(query_.size() >> 8U), static_cast<std::uint8_t>(query_.size() & 255U)};
        framed_.insert(framed_.end(), query_.begin(), query_.end());
        const tcp::endpoint server(servers_[0].address(), servers_[0].port());
        socket_.async_connect(server, [self = shared_from_this()](error_code error) {
            if (error)
                return self->fail();
            asio::async_write(self->socket_, asio::buffer(self->framed_),
                              [self](error_code failed, std::size_t) { failed ? self->fail() : self->readSize(); });
        });
    }

private:
    void readSize() {
        asio::async_read(socket_, asio::buffer(size_), [self = shared_from_this()](error_code error, std::size_t) {
            if (error)
                return self->fail();
            self->answer_.resize(static_cast<std::size_t>(self->size_[0]) << 8U | self->size_[1]);
            asio::async_read(self->socket_, asio::buffer(self->answer_), [self](error_code failed, std::size_t) {
                failed ? self->fail() : self->finish(std::move(self->answer_));
            });
        });
    }

    void fail() { finish(serverFailure(query_)); }

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
    Done done_;
};

} // namespace

struct DnsServer::State {
    asio::io_context context{1};
    udp::socket udpSocket{context};
    tcp::acceptor acceptor{context};
    std::vector<udp::endpoint> upstream;
    std::atomic<std::shared_ptr<const Zone>> zone{std::make_shared<const Zone>()};
    std::size_t forwarded = 0, connections = 0;
    std::array<std::uint8_t, 4096> buffer{};
    udp::endpoint sender;
    std::thread thread;

    /// One client over TCP; it may ask several times.
    struct Connection : std::enable_shared_from_this<Connection> {
        Connection(State& state, tcp::socket socket)
            : state_(state), socket_(std::move(socket)), timer_(state.context) {
            ++state_.connections;
        }
        ~Connection() { --state_.connections; }

        void read() {
            timer_.expires_after(connectionTimeout);
            timer_.async_wait([self = shared_from_this()](error_code canceled) {
                error_code error;
                if (!canceled)
                    self->socket_.close(error);
            });
            asio::async_read(socket_, asio::buffer(size_), [self = shared_from_this()](error_code error, std::size_t) {
                if (error)
                    return self->end();
                self->query_.resize(static_cast<std::size_t>(self->size_[0]) << 8U | self->size_[1]);
                asio::async_read(self->socket_, asio::buffer(self->query_),
                                 [self](error_code failed, std::size_t) { failed ? self->end() : self->answer(); });
            });
        }

    private:
        void end() { timer_.cancel(); }

        void answer() {
            state_.resolve(query_, 65535, true,
                           [self = shared_from_this()](Packet answer) { self->send(std::move(answer)); });
        }

        void send(Packet answer) {
            if (answer.empty())
                return end();
            out_ = {static_cast<std::uint8_t>(answer.size() >> 8U), static_cast<std::uint8_t>(answer.size() & 255U)};
            out_.insert(out_.end(), answer.begin(), answer.end());
            asio::async_write(socket_, asio::buffer(out_), [self = shared_from_this()](error_code error, std::size_t) {
                error ? self->end() : self->read();
            });
        }

        State& state_;
        tcp::socket socket_;
        asio::steady_timer timer_;
        std::array<std::uint8_t, 2> size_{};
        Packet query_, out_;
    };

    void resolve(const Packet& query, std::size_t limit, bool overTcp, Done done) {
        const auto now = zone.load();
        DnsDecision decision = decideDns(query, *now, limit);
        if (!decision.forward)
            return done(std::move(decision.answer));
        if (forwarded >= mostForwarded)
            return done(serverFailure(query));
        ++forwarded;
        Done counted = [this, done = std::move(done)](Packet answer) {
            --forwarded;
            done(std::move(answer));
        };
        if (overTcp)
            std::make_shared<TcpForward>(context, upstream, query, std::move(counted))->start();
        else
            std::make_shared<Forward>(context, upstream, query, std::move(counted))->next();
    }

    void receive() {
        udpSocket.async_receive_from(asio::buffer(buffer), sender, [this](error_code error, std::size_t size) {
            if (error == asio::error::operation_aborted)
                return;
            if (!error) {
                const Packet query(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
                resolve(query, udpLimit(query), false, [this, to = sender](Packet answer) {
                    error_code failed;
                    if (!answer.empty())
                        udpSocket.send_to(asio::buffer(answer), to, 0, failed);
                });
            }
            receive();
        });
    }

    void accept() {
        acceptor.async_accept([this](error_code error, tcp::socket socket) {
            if (error == asio::error::operation_aborted)
                return;
            if (!error && connections < mostConnections)
                std::make_shared<Connection>(*this, std::move(socket))->read();
            accept();
        });
    }
};

DnsServer::DnsServer(std::unique_ptr<State> state) : state_(std::move(state)) {
    state_->receive();
    state_->accept();
    state_->thread = std::thread([this] { state_->context.run(); });
}

DnsServer::~DnsServer() {
    state_->context.stop();
    state_->thread.join();
}

std::expected<std::unique_ptr<DnsServer>, std::string> DnsServer::start(const DnsServerSettings& settings) {
    auto state = std::make_unique<State>();
    try {
        const auto address = asio::ip::make_address(settings.address);
        const auto port = static_cast<unsigned short>(settings.port);
        state->udpSocket.open(address.is_v6() ? udp::v6() : udp::v4());
        state->udpSocket.bind({address, port});
        const tcp::endpoint endpoint(address, state->udpSocket.local_endpoint().port());
        state->acceptor.open(endpoint.protocol());
        state->acceptor.set_option(tcp::acceptor::reuse_address(true));
        state->acceptor.bind(endpoint);
        state->acceptor.listen(64);
    } catch (const std::exception& error) {
        return std::unexpected(std::format("DNS on {}:{}: {}", settings.address, settings.port, error.what()));
    }
    for (const auto& server : settings.upstream)
        if (const auto endpoint = endpointOf(server); endpoint && endpoint->address().to_string() != settings.address)
            state->upstream.push_back(*endpoint);
    return std::unique_ptr<DnsServer>(new DnsServer(std::move(state)));
}

void DnsServer::setZone(std::shared_ptr<const Zone> zone) {
    state_->zone.store(std::move(zone));
}

int DnsServer::port() const {
    return state_->udpSocket.local_endpoint().port();
}

} // namespace slipway::network
