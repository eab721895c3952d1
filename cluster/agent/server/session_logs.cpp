#include "cluster/agent/server/session.h"

#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>
#include <format>
#include <thread>

namespace slipway::agent {
namespace {

using Pieces = asio::experimental::concurrent_channel<void(error_code, std::string)>;

/// Why a container has no log yet, in the words of the kubelet.
std::string notStarted(const Pods::Entry& pod, const std::string& podName, const std::string& name) {
    for (const auto* list :
         {&pod.status.containerStatuses, &pod.status.initContainerStatuses, &pod.status.ephemeralContainerStatuses})
        for (const core::ContainerStatus& status : *list) {
            if (status.name != name || !status.state || !status.state->waiting)
                continue;
            const std::string& reason = status.state->waiting->reason;
            const std::string why = reason == "ErrImagePull"       ? "image can't be pulled"
                                    : reason == "ImagePullBackOff" ? "trying and failing to pull image"
                                                                   : reason;
            return std::format("container \"{}\" in pod \"{}\" is waiting to start: {}", name, podName, why);
        }
    return std::format("container \"{}\" in pod \"{}\" is waiting to start: ContainerCreating", name, podName);
}

/// Reads a log into the channel, which waits when the client is slow.
class LogPump {
public:
    LogPump(Pieces& pieces, Runtime& runtime, std::string containerId, int client)
        : pieces_(pieces), runtime_(runtime), containerId_(std::move(containerId)), client_(client) {}

    void run(const std::filesystem::path& file, const LogOptions& options, std::stop_token stop) {
        const auto write = [&](std::string_view piece) {
            return piece.empty() ? isConnected(client_) : send(std::string(piece));
        };
        if (const auto problem = readLog(file, options, write, [&] { return runs(); }, stop))
            send(*problem + "\n");
        send("");
    }

private:
    bool send(std::string piece) {
        try {
            pieces_.async_send(error_code(), std::move(piece), asio::use_future).get();
            return true;
        } catch (const boost::system::system_error&) {
            return false; // the client is gone
        }
    }

    /// Asking the runtime once a second is enough.
    bool runs() {
        if (const auto now = std::chrono::steady_clock::now(); now - lookedAt_ > std::chrono::seconds(1)) {
            lookedAt_ = now;
            const auto status = runtime_.containerStatus(containerId_);
            runs_ = status && (status->phase == ContainerPhase::running || status->phase == ContainerPhase::created);
        }
        return runs_;
    }

    Pieces& pieces_;
    Runtime& runtime_;
    const std::string containerId_;
    const int client_;
    std::chrono::steady_clock::time_point lookedAt_ = std::chrono::steady_clock::now();
    bool runs_ = true;
};

} // namespace

/// The newest container of the name (the one before it with @p previous).
std::expected<Session::Found, Refusal> Session::find(const Target& target, bool previous) const {
    const auto pod = environment_.pods->find(target.path[1], target.path[2]);
    if (!pod)
        return std::unexpected(Refusal{404, "pod does not exist"});
    const std::string& name = target.path[3];
    if (!anyContainer(*pod->pod->spec, name))
        return std::unexpected(
            Refusal{404, std::format("container \"{}\" not found in pod \"{}\"", name, target.path[2])});
    auto containers =
        environment_.runtime->listContainers({{labels::podUid, pod->pod->metadata.uid}, {labels::containerName, name}});
    if (!containers)
        return std::unexpected(Refusal{500, containers.error().message});
    std::ranges::sort(*containers, std::greater(), &ContainerInfo::createdAt);
    const std::size_t index = previous ? 1 : 0;
    if (previous && containers->size() <= index)
        return std::unexpected(Refusal{
            400, std::format("previous terminated container \"{}\" in pod \"{}\" not found", name, target.path[2])});
    if (containers->empty())
        return std::unexpected(Refusal{400, notStarted(*pod, target.path[2], name)});
    return Found{pod->pod, (*containers)[index]};
}

asio::awaitable<bool> Session::logs(const HttpRequest& request, const Target& target) {
    const auto options = logOptions(target, std::chrono::system_clock::now());
    if (!options)
        co_return co_await reply(request, 400, options.error());
    const auto found = find(target, target.flag("previous"));
    if (!found)
        co_return co_await refuse(request, found.error());
    const auto file = environment_.paths.logDir(*found->pod) / found->container.name /
                      std::format("{}.log", found->container.attempt);
    co_return co_await sendLog(file, *options, found->container.id);
}

/// Streams a log as chunks; a thread reads it.
asio::awaitable<bool> Session::sendLog(std::filesystem::path file, LogOptions options, std::string containerId) {
    auto& tcpLayer = beast::get_lowest_layer(stream_);
    tcpLayer.expires_never();
    Pieces pieces(co_await asio::this_coro::executor, 8);
    LogPump pump(pieces, *environment_.runtime, std::move(containerId),
                 static_cast<int>(tcpLayer.socket().native_handle()));
    std::jthread reader([&](std::stop_token stop) { pump.run(file, options, stop); });
    http::response<http::empty_body> head(http::status::ok, 11);
    head.set(http::field::content_type, "text/plain");
    head.chunked(true);
    http::response_serializer<http::empty_body> serializer(head);
    auto [error, ignored] = co_await http::async_write_header(stream_, serializer, tuple);
    while (!error) {
        auto [ended, piece] = co_await pieces.async_receive(tuple);
        if (ended || piece.empty())
            break;
        std::tie(error, ignored) = co_await asio::async_write(stream_, http::make_chunk(asio::buffer(piece)), tuple);
    }
    if (!error)
        std::tie(error, ignored) = co_await asio::async_write(stream_, http::make_chunk_last(), tuple);
    reader.request_stop();
    pieces.close();
    reader.join();
    co_return !error;
}

} // namespace slipway::agent
