#include "cluster/agent/server/server.h"

#include "cluster/agent/pod/log_reader.h"
#include "cluster/agent/server/channels.h"
#include "cluster/agent/server/exec_session.h"
#include "cluster/agent/server/node_request.h"
#include "cluster/agent/server/tls.h"
#include "cluster/base/log.h"

#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <format>
#include <thread>

namespace slipway::agent {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto tuple = asio::as_tuple(asio::use_awaitable);
constexpr int mostSessions = 256;

using HttpRequest = http::request<http::string_body>;
using Pieces = asio::experimental::concurrent_channel<void(error_code, std::string)>;

/// A container that a request names.
struct Found {
    std::shared_ptr<const core::Pod> pod;
    ContainerInfo container;
};

/// One client connection: its own thread and event loop, so that whatever blocks does so alone.
class Session {
public:
    Session(tcp::socket socket, asio::ssl::context& tls, bool checkClient, Runtime& runtime, Pods& pods,
            const AgentPaths& paths, const decltype(NodeServerSettings::pages)& pages)
        : stream_(std::move(socket), tls)
        , checkClient_(checkClient)
        , runtime_(runtime)
        , pods_(pods)
        , paths_(paths)
        , pages_(pages) {}

    asio::awaitable<void> run() {
        beast::get_lowest_layer(stream_).expires_after(std::chrono::seconds(30));
        if (const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, tuple); error)
            co_return;
        for (beast::flat_buffer buffer;;) {
            beast::get_lowest_layer(stream_).expires_after(std::chrono::seconds(120));
            http::request_parser<http::string_body> parser;
            parser.body_limit(64 * 1024);
            if (const auto [error, size] = co_await http::async_read(stream_, buffer, parser, tuple); error)
                break;
            if (!co_await answer(parser.release()))
                co_return;
        }
        co_await stream_.async_shutdown(tuple);
    }

private:
    /// False when the connection is used up.
    asio::awaitable<bool> answer(HttpRequest request) {
        const auto target = parseTarget(request.target());
        if (!target)
            co_return co_await reply(request, http::status::bad_request, "bad target\n");
        const std::string what = target->path.empty() ? "" : target->path[0];
        if (what == "healthz")
            co_return co_await reply(request, http::status::ok, "ok");
        if (checkClient_ && !mayUseNode(stream_.native_handle()))
            co_return co_await reply(request, http::status::forbidden, "Forbidden\n");
        if (what == "pods")
            co_return co_await reply(request, http::status::ok, podList(), "application/json");
        if (what == "containerLogs" && target->path.size() == 4)
            co_return co_await logs(request, *target);
        if (what == "exec" && target->path.size() == 4)
            co_return co_await exec(request, *target);
        if (pages_)
            if (auto page = pages_(std::string(request.target().substr(0, request.target().find('?')))))
                co_return co_await reply(request, http::status::ok, std::move(page->second), page->first.c_str());
        co_return co_await reply(request, http::status::not_found, "404 page not found\n");
    }

    asio::awaitable<bool> reply(const HttpRequest& request, http::status status, std::string body,
                                const char* type = "text/plain; charset=utf-8") {
        http::response<http::string_body> response(status, request.version());
        response.set(http::field::content_type, type);
        response.keep_alive(request.keep_alive());
        response.body() = std::move(body);
        response.prepare_payload();
        const auto [error, size] = co_await http::async_write(stream_, response, tuple);
        co_return !error && request.keep_alive();
    }

    std::string podList() const {
        api::JsonArray items;
        for (const Pods::Entry& entry : pods_.list()) {
            core::Pod pod = *entry.pod;
            pod.status = entry.status;
            items.emplace_back(api::toJson(pod));
        }
        return api::printJson(api::JsonObject{
            {"kind", "PodList"}, {"apiVersion", "v1"}, {"metadata", api::JsonObject()}, {"items", std::move(items)}});
    }

    /// The newest container of the name (the one before it with @p previous). The error is what clients are told.
    std::expected<Found, std::string> find(const Target& target, bool previous) const {
        const auto pod = pods_.find(target.path[1], target.path[2]);
        if (!pod)
            return std::unexpected(
                std::format("pod \"{}\" not found in namespace \"{}\"", target.path[2], target.path[1]));
        const std::string& name = target.path[3];
        if (findContainer(*pod->pod->spec, name) == nullptr)
            return std::unexpected(std::format("container {} is not valid for pod {}", name, target.path[2]));
        auto containers =
            runtime_.listContainers({{labels::podUid, pod->pod->metadata.uid}, {labels::containerName, name}});
        if (!containers)
            return std::unexpected(containers.error().message);
        std::ranges::sort(*containers, std::greater(), &ContainerInfo::createdAt);
        const std::size_t index = previous ? 1 : 0;
        if (previous && containers->size() <= index)
            return std::unexpected(
                std::format("previous terminated container \"{}\" in pod \"{}\" not found", name, target.path[2]));
        if (containers->empty())
            return std::unexpected(std::format("container \"{}\" in pod \"{}\" is waiting to start: {}", name,
                                               target.path[2], waitingReason(*pod, name)));
        return Found{pod->pod, (*containers)[index]};
    }

    static std::string waitingReason(const Pods::Entry& pod, const std::string& name) {
        for (const auto* list : {&pod.status.containerStatuses, &pod.status.initContainerStatuses})
            for (const core::ContainerStatus& status : *list)
                if (status.name == name && status.state && status.state->waiting)
                    return status.state->waiting->reason == "ErrImagePull" ||
                                   status.state->waiting->reason == "ImagePullBackOff"
                               ? "trying and failing to pull image"
                               : status.state->waiting->reason;
        return "ContainerCreating";
    }

    asio::awaitable<bool> logs(const HttpRequest& request, const Target& target) {
        const auto options = logOptions(target, std::chrono::system_clock::now());
        if (!options)
            co_return co_await reply(request, http::status::bad_request, options.error());
        const auto found = find(target, target.flag("previous"));
        if (!found)
            co_return co_await reply(request, http::status::bad_request, found.error());
        const auto file =
            paths_.logDir(*found->pod) / found->container.name / std::format("{}.log", found->container.attempt);
        co_return co_await sendLog(file, *options, found->container.id);
    }

    /// Streams a log as chunks; a thread reads it and waits when the client is slow.
    asio::awaitable<bool> sendLog(std::filesystem::path file, LogOptions options, std::string containerId) {
        beast::get_lowest_layer(stream_).expires_never();
        Pieces pieces(co_await asio::this_coro::executor, 8);
        std::jthread reader([&](std::stop_token stop) { readInto(pieces, file, options, containerId, stop); });
        http::response<http::empty_body> head(http::status::ok, 11);
        head.set(http::field::content_type, "text/plain");
        head.chunked(true);
        http::response_serializer<http::empty_body> serializer(head);
        auto [error, ignored] = co_await http::async_write_header(stream_, serializer, tuple);
        while (!error) {
            auto [ended, piece] = co_await pieces.async_receive(tuple);
            if (ended || piece.empty())
                break;
            std::tie(error, ignored) =
                co_await asio::async_write(stream_, http::make_chunk(asio::buffer(piece)), tuple);
        }
        if (!error)
            std::tie(error, ignored) = co_await asio::async_write(stream_, http::make_chunk_last(), tuple);
        reader.request_stop();
        pieces.close();
        reader.join();
        co_return !error;
    }

    void readInto(Pieces& pieces, const std::filesystem::path& file, const LogOptions& options,
                  const std::string& containerId, std::stop_token stop) {
        const auto send = [&](std::string piece) {
            try {
                pieces.async_send(error_code(), std::move(piece), asio::use_future).get();
                return true;
            } catch (const boost::system::system_error&) {
                return false;
            }
        };
        auto lookedAt = std::chrono::steady_clock::now();
        bool runs = true;
        const auto running = [&] {
            // Asking the runtime once a second is enough.
            if (const auto now = std::chrono::steady_clock::now(); now - lookedAt > std::chrono::seconds(1)) {
                lookedAt = now;
                const auto status = runtime_.containerStatus(containerId);
                runs = status && (status->phase == ContainerPhase::running || status->phase == ContainerPhase::created);
            }
            return runs;
        };
        const auto problem = readLog(
            file, options, [&](std::string_view piece) { return piece.empty() ? alive() : send(std::string(piece)); },
            running, stop);
        if (problem)
            send(*problem + "\n");
        send("");
    }

    bool alive() {
        // A follower that went away is noticed without writing: its side has been closed.
        char byte = 0;
        const int fd = static_cast<int>(beast::get_lowest_layer(stream_).socket().native_handle());
        return ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
    }

    asio::awaitable<bool> exec(const HttpRequest& request, const Target& target) {
        if (!websocket::is_upgrade(request))
            co_return co_await reply(request, http::status::bad_request, "you must use a WebSocket for exec\n");
        const std::string protocol = chooseProtocol(request[http::field::sec_websocket_protocol]);
        if (protocol.empty())
            co_return co_await reply(request, http::status::forbidden,
                                     "unable to upgrade: none of the protocols is known\n");
        const auto found = find(target, false);
        if (!found)
            co_return co_await reply(request, http::status::bad_request, found.error());
        if (found->container.phase != ContainerPhase::running)
            co_return co_await reply(request, http::status::bad_request,
                                     std::format("container not found (\"{}\")", found->container.name));
        const bool tty = target.flag("tty"), input = target.flag("stdin") || target.flag("input");
        beast::get_lowest_layer(stream_).expires_never();
        Socket socket(std::move(stream_));
        socket.set_option(websocket::stream_base::decorator(
            [&](websocket::response_type& response) { response.set(http::field::sec_websocket_protocol, protocol); }));
        socket.set_option(websocket::stream_base::timeout{std::chrono::seconds(30), std::chrono::hours(4), true});
        socket.read_message_max(4 << 20);
        if (const auto [error] = co_await socket.async_accept(request, tuple); error)
            co_return false;
        auto process = runtime_.exec(found->container.id, target.values("command"), tty, input);
        if (process) {
            co_await runExec(socket, std::shared_ptr<ExecProcess>(std::move(*process)), protocol.starts_with("v5"));
            co_return false;
        }
        socket.binary(true);
        const std::string message = channelMessage(Channel::status, exitStatus({}, process.error().message));
        co_await socket.async_write(asio::buffer(message), tuple);
        co_await socket.async_close(websocket::close_code::normal, tuple);
        co_return false;
    }

    TlsStream stream_;
    const bool checkClient_;
    Runtime& runtime_;
    Pods& pods_;
    const AgentPaths& paths_;
    const decltype(NodeServerSettings::pages)& pages_;
};

} // namespace

struct NodeServer::State {
    std::shared_ptr<asio::ssl::context> tls;
    bool checkClient = false;
    Runtime& runtime;
    Pods& pods;
    AgentPaths paths;
    decltype(NodeServerSettings::pages) pages;
    asio::io_context context{1};
    tcp::acceptor acceptor{context};
    std::thread thread;
    std::mutex mutex;
    std::condition_variable ended;
    std::set<asio::io_context*> sessions;

    State(Runtime& runtime_, Pods& pods_, AgentPaths paths_)
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
            Session session(std::move(socket), *tls, checkClient, runtime, pods, paths, pages);
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
    auto state = std::make_unique<State>(runtime, pods, paths);
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
