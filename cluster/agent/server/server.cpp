#include "cluster/agent/server/server.h"

#include "cluster/agent/server/session.h"
#include "cluster/agent/server/tls.h"
#include "cluster/agent/task_pool.h"
#include "cluster/base/log.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <list>
#include <thread>

namespace slipway::agent {
namespace {

using asio::ip::tcp;

// Clients that have not shown their certificate are bounded apart from those that have: they may be anybody.
constexpr std::size_t mostSessions = 512, mostStrangers = 256;
constexpr unsigned mostBlocking = 4;

} // namespace

struct NodeServer::State {
    std::shared_ptr<asio::ssl::context> tls;
    bool checkClient = false;
    Runtime* runtime;
    Pods* pods;
    AgentPaths paths;
    decltype(NodeServerSettings::pages) pages;
    TaskPool pool{mostBlocking};
    std::list<std::shared_ptr<Session>> strangers; ///< oldest first
    std::size_t accepted = 0;
    int port = 0;
    std::thread thread;
    std::shared_ptr<FileWatch> watch;
    asio::io_context context{1}; ///< ends before the rest, and the sessions with it
    tcp::acceptor acceptor{context};

    State(Runtime* runtime_, Pods* pods_, AgentPaths paths_)
        : runtime(runtime_), pods(pods_), paths(std::move(paths_)) {
        watch = std::make_shared<FileWatch>(context.get_executor());
    }

    ~State() {
        context.stop();
        if (thread.joinable())
            thread.join();
        pool.stop();
        strangers.clear();
        watch.reset();
    }

    asio::awaitable<void> accept() {
        asio::steady_timer pause(context);
        for (;;) {
            auto [error, socket] = co_await acceptor.async_accept(tuple);
            if (error == asio::error::operation_aborted)
                co_return;
            if (error) { // there are no descriptors left, say
                pause.expires_after(std::chrono::milliseconds(100));
                co_await pause.async_wait(tuple);
                continue;
            }
            if (strangers.size() >= mostStrangers)
                strangers.front()->close();
            auto session = std::make_shared<Session>(
                std::move(socket), SessionEnvironment{*tls, checkClient, runtime, pods, paths, pages, pool, watch});
            asio::co_spawn(context, serve(std::move(session)), asio::detached);
        }
    }

    asio::awaitable<void> serve(std::shared_ptr<Session> session) {
        const auto place = strangers.insert(strangers.end(), session);
        bool known = false;
        try {
            co_await session->run([&] {
                known = true;
                strangers.erase(place);
                if (++accepted > mostSessions)
                    session->close();
            });
        } catch (const std::exception& error) {
            base::warn("agent", "node server: {}", error.what());
        }
        known ? void(--accepted) : void(strangers.erase(place));
    }
};

NodeServer::NodeServer(std::unique_ptr<State> state) : state_(std::move(state)) {
    asio::co_spawn(state_->context, state_->accept(), asio::detached);
    state_->thread = std::thread([this] { state_->context.run(); });
}

NodeServer::~NodeServer() = default;

int NodeServer::port() const {
    return state_->port;
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
        state->port = state->acceptor.local_endpoint().port();
    } catch (const std::exception& error) {
        base::error("agent", "the node's server on port {}: {}", settings.port, error.what());
        return nullptr;
    }
    return std::unique_ptr<NodeServer>(new NodeServer(std::move(state)));
}

} // namespace slipway::agent
