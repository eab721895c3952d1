#include "cluster/network/dns/server.h"

#include "cluster/base/log.h"
#include "cluster/network/dns/answer.h"
#include "cluster/network/dns/cache.h"
#include "cluster/network/http_answer.h"

#include <array>
#include <atomic>
#include <boost/asio.hpp>
#include <format>
#include <shared_mutex>
#include <thread>

namespace slipway::network {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;
using dns::Code;
using dns::Decision;
using dns::Done;
using dns::Packet;

constexpr std::size_t mostForwarded = 512, mostConnections = 64, mostInARow = 64;
constexpr std::chrono::seconds connectionTimeout{10};

struct Counters {
    std::atomic<std::uint64_t> udp = 0, tcp = 0, cacheHits = 0, cacheMisses = 0, forwarded = 0;
    std::array<std::atomic<std::uint64_t>, 6> codes{};
};

std::string codeName(std::size_t code) {
    constexpr std::array names{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};
    return names.at(code);
}

} // namespace

struct DnsServer::State {
    asio::io_context context{1};
    udp::socket udpSocket{context};
    tcp::acceptor acceptor{context};
    asio::steady_timer acceptPause{context};
    std::string address;
    dns::Servers upstream; // of the thread alone, as the cache
    dns::AnswerCache cache;
    std::shared_mutex zoneMutex;
    Zone zone;
    std::atomic<bool> complete = false;
    Counters counters;
    std::size_t forwarded = 0, connections = 0;
    std::array<std::uint8_t, 4096> buffer{};
    std::thread thread;

    explicit State(const std::string& domain) : zone(domain) {}

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
            ++state_.counters.tcp;
            state_.resolve(query_, dns::mostBytes, true,
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

    Decision decide(dns::Bytes query, std::size_t limit) {
        std::shared_lock lock(zoneMutex);
        Decision decision = dns::decide(query, zone, limit);
        const bool denied = decision.action == Decision::Action::send && decision.answer.size() > 3 &&
                            static_cast<Code>(decision.answer[3] & 15U) == Code::nameError;
        if (denied && !complete)
            decision.answer = dns::bareAnswer(query, Code::serverFailure);
        return decision;
    }

    void resolve(dns::Bytes query, std::size_t limit, bool overTcp, const Done& done) {
        Decision decision = decide(query, limit);
        if (decision.action == Decision::Action::send)
            return done(std::move(decision.answer));
        const bool alias = decision.action == Decision::Action::resolve;
        Packet asked = alias ? dns::makeQuery(static_cast<std::uint16_t>(query[0] << 8U | query[1]), decision.target,
                                              decision.type)
                             : Packet(query.begin(), query.end());
        if (alias) {
            Packet own(query.begin(), query.end());
            return ask(std::move(asked), decision.target, dns::mostBytes, overTcp,
                       [own = std::move(own), target = decision.target, limit, done](const Packet& found) {
                           done(dns::aliasAnswer(own, target, found, limit));
                       });
        }
        ask(std::move(asked), decision.name, limit, overTcp, done);
    }

    /// Asks the cache, then others.
    void ask(Packet query, const std::string& name, std::size_t limit, bool overTcp, const Done& done) {
        if (auto known = cache.find(query, limit, std::chrono::steady_clock::now())) {
            ++counters.cacheHits;
            return done(std::move(*known));
        }
        ++counters.cacheMisses;
        const std::vector<std::string>& servers = dns::serversFor(upstream, name);
        if (forwarded >= mostForwarded || servers.empty())
            return done(dns::bareAnswer(query, Code::serverFailure));
        ++forwarded;
        ++counters.forwarded;
        Done counted = [this, query, done](Packet answer) {
            --forwarded;
            cache.store(query, answer, std::chrono::steady_clock::now());
            done(std::move(answer));
        };
        if (overTcp)
            dns::askOverTcp(context, servers, std::move(query), std::move(counted));
        else
            dns::askOverUdp(context, servers, std::move(query), std::move(counted));
    }

    void count(const Packet& answer) {
        if (answer.size() > 3)
            if (const std::size_t code = answer[3] & 15U; code < counters.codes.size())
                ++counters.codes[code];
    }

    /// Waits until there are queries, then takes several in a row.
    void receive() {
        udpSocket.async_wait(udp::socket::wait_read, [this](error_code error) {
            if (error == asio::error::operation_aborted)
                return;
            for (std::size_t i = 0; i < mostInARow && receiveOne(); ++i) {
            }
            receive();
        });
    }

    bool receiveOne() {
        udp::endpoint sender;
        error_code error;
        const std::size_t size = udpSocket.receive_from(asio::buffer(buffer), sender, 0, error);
        if (error)
            return error != asio::error::would_block;
        ++counters.udp;
        const dns::Bytes query(buffer.data(), size);
        resolve(query, dns::udpLimit(query), false, [this, sender](const Packet& answer) {
            error_code failed;
            count(answer);
            if (!answer.empty())
                udpSocket.send_to(asio::buffer(answer), sender, 0, failed);
        });
        return true;
    }

    void accept() {
        acceptor.async_accept([this](error_code error, tcp::socket socket) {
            if (error == asio::error::operation_aborted)
                return;
            if (!error && connections < mostConnections)
                std::make_shared<Connection>(*this, std::move(socket))->read();
            if (!error)
                return accept();
            acceptPause.expires_after(std::chrono::milliseconds(100)); // no descriptors left, perhaps
            acceptPause.async_wait([this](error_code canceled) {
                if (!canceled)
                    accept();
            });
        });
    }

    std::string metrics() const {
        std::string text = "# TYPE coredns_dns_requests_total counter\n";
        text += std::format("coredns_dns_requests_total{{proto=\"udp\"}} {}\n", counters.udp.load());
        text += std::format("coredns_dns_requests_total{{proto=\"tcp\"}} {}\n", counters.tcp.load());
        text += "# TYPE coredns_dns_responses_total counter\n";
        for (std::size_t code = 0; code < counters.codes.size(); ++code)
            text += std::format("coredns_dns_responses_total{{rcode=\"{}\"}} {}\n", codeName(code),
                                counters.codes[code].load());
        text += std::format("# TYPE coredns_cache_hits_total counter\ncoredns_cache_hits_total {}\n",
                            counters.cacheHits.load());
        text += std::format("# TYPE coredns_cache_misses_total counter\ncoredns_cache_misses_total {}\n",
                            counters.cacheMisses.load());
        text += std::format("# TYPE coredns_forward_requests_total counter\ncoredns_forward_requests_total {}\n",
                            counters.forwarded.load());
        return text;
    }

    /// Its own address would ask itself for ever.
    dns::Servers withoutItself(dns::Servers servers) const {
        const auto clean = [this](std::vector<std::string>& list) { std::erase(list, address); };
        clean(servers.everything);
        for (auto& [domain, list] : servers.domains)
            clean(list);
        return servers;
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
    auto state = std::make_unique<State>(settings.domain);
    try {
        const auto address = asio::ip::make_address(settings.address);
        const auto port = static_cast<unsigned short>(settings.port);
        state->udpSocket.open(address.is_v6() ? udp::v6() : udp::v4());
        state->udpSocket.bind({address, port});
        state->udpSocket.non_blocking(true);
        const tcp::endpoint endpoint(address, state->udpSocket.local_endpoint().port());
        state->acceptor.open(endpoint.protocol());
        state->acceptor.set_option(tcp::acceptor::reuse_address(true));
        state->acceptor.bind(endpoint);
        state->acceptor.listen(64);
    } catch (const std::exception& error) {
        return std::unexpected(std::format("DNS on {}:{}: {}", settings.address, settings.port, error.what()));
    }
    if (settings.metricsPort > 0) {
        std::string problem;
        const tcp::endpoint endpoint(asio::ip::make_address(settings.address),
                                     static_cast<unsigned short>(settings.metricsPort));
        if (auto acceptor = listenOn(state->context, endpoint, problem))
            answerAll(acceptor, [state = state.get()] {
                return httpResponse("200 OK", "Content-Type: text/plain; version=0.0.4\r\n", state->metrics());
            });
        else
            base::warn("network", "DNS metrics on port {}: {}", settings.metricsPort, problem);
    }
    state->address = settings.address;
    state->upstream = state->withoutItself(settings.upstream);
    return std::unique_ptr<DnsServer>(new DnsServer(std::move(state)));
}

void DnsServer::update(const std::vector<ServiceView>& services) {
    std::unique_lock lock(state_->zoneMutex);
    for (const ServiceView& service : services)
        state_->zone.put(service.key, namesOf(state_->zone.domain(), service));
    state_->complete = true;
}

void DnsServer::setUpstream(dns::Servers servers) {
    asio::post(state_->context, [state = state_.get(), servers = std::move(servers)]() mutable {
        state->upstream = state->withoutItself(std::move(servers));
    });
}

int DnsServer::port() const {
    return state_->udpSocket.local_endpoint().port();
}

std::string DnsServer::metrics() const {
    return state_->metrics();
}

} // namespace slipway::network
