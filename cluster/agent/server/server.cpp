#include "cluster/agent/server/server.h"

#include "cluster/agent/server/session.h"
#include "cluster/agent/server/tls.h"
#include "cluster/base/log.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

namespace slipway::agent {
namespace {

using asio::ip::tcp;

constexpr int mostSessions = 256;

} // namespace

struct NodeServer::State {
    std::shared_ptr<asio::ssl::context> tls;
    bool checkClient = false;
    Runtime* runtime;
    Pods* pods;
    AgentPaths paths;
    decltype(NodeServerSettings::pages) pages;
    asio::io_context context{1};
    tcp::acceptor acceptor{context};
    std::thread thread;
    std::mutex mutex;
    std::condition_variable ended;
    std::set<asio::io_context*> sessions;

    State(Runtime* runtime_, Pods* pods_, AgentPaths paths_)
        : runtime(runtime_), pods(pods_), paths(std::move(paths_)) {}

    asio::awaitable<void> accept() {
        for (;;) {
            auto own = std::make_unique<asio::io_context>(1);
            auto [error, socket] = co_await acceptor.async_accept(*own, tuple);
            if (error == asio::error::operation_aborted)
                co_return;
            if (error)
                continue;
            std::lock_guard lock(mutex);
            if (sessions.size() >= mostSessions)
                continue;
            sessions.insert(own.get());
            std::thread([this, own = std::move(own), socket = std::move(socket)]() mutable {
                serve(*own, std::move(socket));
            }).detach();
        }
    }

    void serve(asio::io_context& own, tcp::socket socket) {
        {
            Session session(std::move(socket), {*tls, checkClient, runtime, pods, paths, pages});
            asio::co_spawn(own, session.run(), [](const std::exception_ptr& failed) {
                try {
                    if (failed)
                        std::rethrow_exception(failed);
                } catch (const std::exception& error) {
                    base::warn("agent", "node server: {}", error.what());
                }
            });
            own.run();
        }
        std::lock_guard lock(mutex);
        sessions.erase(&own);
        ended.notify_all();
    }
};

NodeServer::NodeServer(std::unique_ptr<State> state) : state_(std::move(state)) {
    asio::co_spawn(state_->context, state_->accept(), asio::detached);
    state_->thread = std::thread([this] { state_->context.run(); });
}

NodeServer::~NodeServer() {
    state_->context.stop();
    state_->thread.join();
    std::unique_lock lock(state_->mutex);
    for (asio::io_context* session : state_->sessions)
        session->stop();
    state_->ended.wait_for(lock, std::chrono::seconds(5), [&] { return state_->sessions.empty(); });
}

std::unique_ptr<NodeServer> NodeServer::start(const NodeServerSettings& settings, Runtime& runtime, Pods& pods,
                                              const AgentPaths& paths) {
    return begin(settings, std::make_unique<State>(&runtime, &pods, paths));
}

std::unique_ptr<NodeServer> NodeServer::start(const NodeServerSettings& settings) {
    return begin(settings, std::make_unique<State>(nullptr, nullptr, AgentPaths{}));
}

std::unique_ptr<NodeServer> NodeServer::begin(const NodeServerSettings& settings, std::unique_ptr<State> state) {
    try {
        state->tls = makeTlsContext(settings);
        state->pages = settings.pages;
        state->checkClient = !settings.clientCaPem.empty();
        // Without a CA nobody can be told apart: then only this machine may ask.
        const auto address = settings.clientCaPem.empty() ? asio::ip::address(asio::ip::address_v4::loopback())
                                                          : asio::ip::address(asio::ip::address_v4::any());
        const tcp::endpoint endpoint(address, static_cast<unsigned short>(settings.port));
        state->acceptor.open(endpoint.protocol());
        state->acceptor.set_option(tcp::acceptor::reuse_address(true));
        state->acceptor.bind(endpoint);
        state->acceptor.listen();
    } catch (const std::exception& error) {
        base::error("agent", "the node's server on port {}: {}", settings.port, error.what());
        return nullptr;
    }
    return std::unique_ptr<NodeServer>(new NodeServer(std::move(state)));
}

} // namespace slipway::agent
