#include "cluster/network/services/health_ports.h"

#include "cluster/base/log.h"
#include "cluster/network/http_answer.h"

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

std::string response(const std::string& key, int localEndpoints) {
    return httpResponse(localEndpoints > 0 ? "200 OK" : "503 Service Unavailable",
                        std::format("Content-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n"
                                    "X-Load-Balancing-Endpoint-Weight: {}\r\n",
                                    localEndpoints),
                        healthAnswer(key, localEndpoints));
}

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
        std::shared_ptr<tcp::acceptor> acceptor;
        HealthPort health;
    };

    asio::io_context context{1};
    std::map<std::string, std::shared_ptr<Port>> ports; // of the thread alone
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
            known->second->acceptor->close(error);
            ports.erase(known);
        }
        if (health.port > 0)
            open(key, health);
    }

    void open(const std::string& key, const HealthPort& health) {
        std::string problem;
        auto port = std::make_shared<Port>();
        port->health = health;
        port->acceptor = listenOn(context, {tcp::v4(), static_cast<unsigned short>(health.port)}, problem);
        if (!port->acceptor)
            return base::warn("network", "health check port {} of {}: {}", health.port, key, problem);
        ports[key] = port;
        answerAll(port->acceptor, [key, port] { return response(key, port->health.localEndpoints); });
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
