#include "cluster/agent/server/offload.h"
#include "cluster/agent/server/session.h"

#include <format>

namespace slipway::agent {
namespace {

constexpr auto lookForLinesEvery = std::chrono::seconds(1); // whether a followed container still runs

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

bool isRunning(Runtime& runtime, const std::string& containerId) {
    const auto status = runtime.containerStatus(containerId);
    return status && (status->phase == ContainerPhase::running || status->phase == ContainerPhase::created);
}

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
    const auto found = co_await offload(environment_.pool, [&] { return find(target, target.flag("previous")); });
    if (!found)
        co_return co_await refuse(request, found.error());
    const auto file = environment_.paths.logDir(*found->pod) / found->container.name /
                      std::format("{}.log", found->container.attempt);
    co_return co_await sendLog(file, *options, found->container.id);
}

/// Streams a log as chunks.
asio::awaitable<bool> Session::sendLog(std::filesystem::path file, LogOptions options, std::string containerId) {
    beast::get_lowest_layer(stream_).expires_never();
    const bool there = co_await sendHead("text/plain");
    auto reader = LogReader::open(file, options);
    if (!there || (!reader && !co_await sendChunk(reader.error() + "\n")))
        co_return false;
    if (reader && !co_await followLog(*reader, file, containerId))
        co_return false;
    co_return co_await sendChunk({});
}

/// Sends what a log holds, and what comes until its container ends; false when the client is gone.
asio::awaitable<bool> Session::followLog(LogReader& reader, const std::filesystem::path& file,
                                         const std::string& containerId) {
    FileWatch::Watched watched(environment_.watch, file);
    auto lookedAt = std::chrono::steady_clock::now();
    for (bool ended = false;;) {
        const LogReader::Piece piece = co_await offload(environment_.pool, [&] { return reader.next(); });
        if (piece.last || (ended && piece.text.empty()))
            co_return true;
        if (!piece.text.empty()) {
            if (!co_await sendChunk(piece.text))
                co_return false;
            continue;
        }
        if (!isConnected(stream_))
            co_return false;
        co_await watched.change(lookForLinesEvery);
        if (const auto now = std::chrono::steady_clock::now(); now - lookedAt >= lookForLinesEvery) {
            lookedAt = now;
            ended = !co_await offload(environment_.pool, [&] { return isRunning(*environment_.runtime, containerId); });
        }
    }
}

} // namespace slipway::agent
