#include "cluster/network/services/health_ports.h"

#include "cluster/base/log.h"

#include <boost/asio.hpp>
#include <boost/json.hpp>
#include <format>
#include <map>
#include <thread>

namespace slipway::network {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t mostConnections = 64, longestRequest = 8192;
constexpr std::chrono::seconds connectionTimeout{10};

std::string response(const std::string& key, int localEndpoints) {
    const std::string body = healthAnswer(key, localEndpoints);
    return std::format("HTTP/1.1 {}\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n"
                       "X-Load-Balancing-Endpoint-Weight: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                       localEndpoints > 0 ? "200 OK" : "503 Service Unavailable", localEndpoints, body.size(), body);
}

/// One client: whatever it asks, it is answered and let go.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(tcp::socket socket, std::string answer, std::shared_ptr<void> counted)
        : socket_(std::move(socket))
        , timer_(socket_.get_executor())
        , answer_(std::move(answer))
        , counted_(std::move(counted)) {}

    void start() {
        timer_.expires_after(connectionTimeout);
        timer_.async_wait([self = shared_from_this()](error_code canceled) {
            error_code error;
            if (!canceled)
                self->socket_.close(error);
        });
        asio::async_read_until(
            socket_, asio::dynamic_buffer(request_, longestRequest), "\r\n\r\n",
            [self = shared_from_this()](error_code error, std::size_t) { error ? self->end() : self->answer(); });
    }

private:
    void answer() {
        asio::async_write(socket_, asio::buffer(answer_),
                          [self = shared_from_this()](error_code, std::size_t) { self->end(); });
    }
    void end() { timer_.cancel(); }

    tcp::socket socket_;
    asio::steady_timer timer_;
    std::string answer_, request_;
    std::shared_ptr<void> counted_;
};

} // namespace

std::string healthAnswer(const std::string& key, int localEndpoints) {
    const std::size_t slash = key.find('/');
    const json::object answer{
        {"service", json::object{{"namespace", key.substr(0, slash)}, {"name", key.substr(slash + 1)}}},
        {"localEndpoints", localEndpoints},
        {"serviceProxyHealthy", true}};
    return json::serialize(answer);
}

struct HealthPorts::State {
    struct Port {
        tcp::acceptor acceptor;
        HealthPort health;
    };

    asio::io_context context{1};
    std::map<std::string, std::shared_ptr<Port>> ports; // of the thread alone
    std::shared_ptr<int> connections = std::make_shared<int>(0);
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    std::mutex mutex;
    std::thread thread;
    std::map<std::string, HealthPort> told;

    void apply(const std::string& key, const HealthPort& health) {
        const auto known = ports.find(key);
        if (known != ports.end() && known->second->health.port == health.port) {
            known->second->health = health;
            return;
        }
        if (known != ports.end()) {
            error_code error;
            known->second->acceptor.close(error);
            ports.erase(known);
        }
        if (health.port > 0)
            open(key, health);
    }

    void open(const std::string& key, const HealthPort& health) {
        auto port = std::make_shared<Port>(tcp::acceptor(context), health);
        try {
            const tcp::endpoint endpoint(tcp::v4(), static_cast<unsigned short>(health.port));
            port->acceptor.open(endpoint.protocol());
            port->acceptor.set_option(tcp::acceptor::reuse_address(true));
            port->acceptor.bind(endpoint);
            port->acceptor.listen(16);
        } catch (const std::exception& error) {
            base::warn("network", "health check port {} of {}: {}", health.port, key, error.what());
            return;
        }
        ports[key] = port;
        accept(key, port);
    }

    void accept(const std::string& key, const std::shared_ptr<Port>& port) {
        port->acceptor.async_accept([this, key, port](error_code error, tcp::socket socket) {
            if (error == asio::error::operation_aborted || !port->acceptor.is_open())
                return;
            if (!error && *connections < static_cast<int>(mostConnections)) {
                ++*connections;
                std::shared_ptr<void> counted(nullptr, [count = connections](void*) { --*count; });
                std::make_shared<Connection>(std::move(socket), response(key, port->health.localEndpoints),
                                             std::move(counted))
                    ->start();
            }
            accept(key, port);
        });
    }
};

HealthPorts::HealthPorts() : state_(std::make_unique<State>()) {}

HealthPorts::~HealthPorts() {
    state_->context.stop();
    if (state_->thread.joinable())
        state_->thread.join();
}

void HealthPorts::set(const std::string& key, const HealthPort& health) {
    std::lock_guard lock(state_->mutex);
    const auto known = state_->told.find(key);
    if (known == state_->told.end() ? health.port == 0 : known->second == health)
        return;
    if (health.port == 0)
        state_->told.erase(key);
    else
        state_->told[key] = health;
    if (!state_->thread.joinable())
        state_->thread = std::thread([state = state_.get()] { state->context.run(); });
    asio::post(state_->context, [state = state_.get(), key, health] { state->apply(key, health); });
}

} // namespace slipway::network
