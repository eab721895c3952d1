#pragma once

#include "cluster/agent/pod/log_reader.h"
#include "cluster/agent/server/byte_stream.h"
#include "cluster/agent/server/file_watch.h"
#include "cluster/agent/server/node_request.h"
#include "cluster/agent/server/remote_streams.h"
#include "cluster/agent/server/server.h"
#include "cluster/agent/task_pool.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <filesystem>
#include <optional>

/// One client connection of the node's server. Included by server/*.cpp only.
namespace slipway::agent {

namespace http = beast::http;
using HttpRequest = http::request<http::string_body>;

/// Why a request is refused: the status and the text, as clients of a node are told.
struct Refusal {
    unsigned code = 400;
    std::string text;
};

/// What a session works with; outlives it.
struct SessionEnvironment {
    asio::ssl::context& tls;
    bool checkClient = false;
    Runtime* runtime; ///< null, as pods: only the pages are served
    Pods* pods;
    const AgentPaths& paths;
    const decltype(NodeServerSettings::pages)& pages;
    TaskPool& pool; ///< for what may block
    std::shared_ptr<FileWatch> watch;
};

/// All sessions share one event loop with one thread: what may block is offloaded to the pool.
class Session {
public:
    Session(asio::ip::tcp::socket socket, const SessionEnvironment& environment)
        : stream_(std::move(socket), environment.tls), environment_(environment) {}

    /// Serves the connection until it ends. @p accepted is called once the client has shown its certificate.
    asio::awaitable<void> run(std::function<void()> accepted);
    /// Breaks the connection off.
    void close() { beast::get_lowest_layer(stream_).close(); }

private:
    /// A container that a request names.
    struct Found {
        std::shared_ptr<const core::Pod> pod;
        ContainerInfo container;
    };

    // session_wire.cpp. False, or nothing: the client is gone.
    asio::awaitable<bool> shakeHands();
    asio::awaitable<std::optional<HttpRequest>> readRequest();
    asio::awaitable<bool> send(std::string_view bytes);
    /// One chunk of an answer begun with sendHead(); an empty one ends it.
    asio::awaitable<bool> sendChunk(std::string_view bytes);
    /// Ends TLS as its specification wants it.
    asio::awaitable<void> sayGoodbye();

    // session.cpp. What is true: the connection can go on.
    /// The head of an answer whose body follows in chunks.
    asio::awaitable<bool> sendHead(const char* type);
    asio::awaitable<bool> answer(HttpRequest request);
    asio::awaitable<bool> reply(const HttpRequest& request, unsigned status, std::string body,
                                const char* type = "text/plain; charset=utf-8");
    asio::awaitable<bool> refuse(const HttpRequest& request, const Refusal& refusal) {
        return reply(request, refusal.code, refusal.text);
    }
    /// What stands in the environment's pages.
    asio::awaitable<bool> page(const HttpRequest& request);
    std::string podList() const;
    /// A file of the node's logs (/var/log), or the list of a folder there.
    asio::awaitable<bool> nodeLogs(const HttpRequest& request, const Target& target);

    // session_logs.cpp
    std::expected<Found, Refusal> find(const Target& target, bool previous) const;
    asio::awaitable<bool> logs(const HttpRequest& request, const Target& target);
    asio::awaitable<bool> sendLog(std::filesystem::path file, LogOptions options, std::string containerId);
    asio::awaitable<bool> followLog(LogReader& reader, const std::filesystem::path& file,
                                    const std::string& containerId);

    // session_streams.cpp
    asio::awaitable<bool> exec(const HttpRequest& request, const Target& target, bool attach);
    asio::awaitable<bool> execOverWebSocket(const HttpRequest& request, const Target& target, Found found,
                                            WantedStreams wanted, bool attach);
    asio::awaitable<bool> execOverSpdy(const HttpRequest& request, const Target& target, Found found,
                                       WantedStreams wanted, bool attach);
    asio::awaitable<void> join(RemoteStreams& streams, const Target& target, const Found& found, WantedStreams wanted,
                               bool attach);
    RuntimeResult<std::unique_ptr<ExecProcess>> start(const Target& target, const Found& found, WantedStreams wanted,
                                                      bool attach);
    asio::awaitable<bool> portForward(const HttpRequest& request, const Target& target);
    /// Sends the answer that turns the connection into SPDY; false when the client is gone.
    asio::awaitable<bool> switchToSpdy(const std::string& protocol);

    TlsStream stream_;
    beast::flat_buffer buffer_;
    const SessionEnvironment environment_;
};

} // namespace slipway::agent
