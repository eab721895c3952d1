#include "cluster/agent/server/exec_session.h"
#include "cluster/agent/server/offload.h"
#include "cluster/agent/server/port_forward.h"
#include "cluster/agent/server/session.h"
#include "cluster/agent/server/spdy_link.h"
#include "cluster/base/log.h"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <charconv>
#include <format>

namespace slipway::agent {
namespace {

constexpr auto streamsLimit = std::chrono::seconds(30); // for a client to open its SPDY streams

bool asksForSpdy(const HttpRequest& request) {
    return http::token_list(request[http::field::connection]).exists("upgrade") &&
           beast::iequals(request[http::field::upgrade], "SPDY/3.1");
}

std::vector<std::string> spdyProtocols(const HttpRequest& request) {
    std::vector<std::string> offered;
    const auto [begin, end] = request.equal_range("X-Stream-Protocol-Version");
    for (auto it = begin; it != end; ++it)
        for (std::string& name : wire::offeredProtocols({it->value().data(), it->value().size()}))
            offered.push_back(std::move(name));
    return offered;
}

std::vector<std::string> webSocketProtocols(const HttpRequest& request) {
    const auto list = request[http::field::sec_websocket_protocol];
    return wire::offeredProtocols({list.data(), list.size()});
}

/// Output and errors are sent unless the client says that it does not want them; a terminal has no separate errors.
WantedStreams wantedStreams(const Target& target) {
    const auto wants = [&](const char* name, const char* nodeName) {
        return target.query.contains(name) ? target.flag(name)
                                           : !target.query.contains(nodeName) || target.flag(nodeName);
    };
    WantedStreams wanted;
    wanted.tty = target.flag("tty");
    wanted.input = target.flag("stdin") || target.flag("input");
    wanted.output = wants("stdout", "output");
    wanted.error = wants("stderr", "error") && !wanted.tty;
    return wanted;
}

/// The ports of a port-forward over channels; nothing when one is not a port.
std::optional<std::vector<unsigned short>> portsOf(const Target& target) {
    std::vector<unsigned short> ports;
    for (const char* name : {"ports", "port"})
        for (const std::string& value : target.values(name))
            for (const std::string& text : wire::offeredProtocols(value)) {
                unsigned short port = 0;
                const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
                if (error != std::errc() || end != text.data() + text.size() || port == 0)
                    return std::nullopt;
                ports.push_back(port);
            }
    return ports;
}

constexpr std::size_t mostForwardedPorts = 64;

/// The newest sandbox of a pod that is ready.
std::optional<SandboxInfo> readySandbox(Runtime& runtime, const std::string& podUid) {
    std::optional<SandboxInfo> newest;
    if (auto sandboxes = runtime.listSandboxes({{labels::podUid, podUid}}))
        for (SandboxInfo& one : *sandboxes)
            if (one.ready && (!newest || one.createdAt > newest->createdAt))
                newest = std::move(one);
    return newest;
}

} // namespace

asio::awaitable<bool> Session::switchToSpdy(const std::string& protocol) {
    std::string answer = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n";
    if (!protocol.empty())
        answer += "X-Stream-Protocol-Version: " + protocol + "\r\n";
    answer += "\r\n";
    co_return co_await send(answer);
}

asio::awaitable<bool> Session::exec(const HttpRequest& request, const Target& target, bool attach) {
    const WantedStreams wanted = wantedStreams(target);
    if (!wanted.input && !wanted.output && !wanted.error)
        co_return co_await reply(request, 400, "you must specify at least 1 of stdin, stdout, stderr\n");
    const auto found = co_await offload(environment_.pool, [&] { return find(target, false); });
    if (!found && found.error().code == 404 && found.error().text == "pod does not exist")
        co_return co_await refuse(request, found.error());
    if (!found || found->container.phase != ContainerPhase::running)
        co_return co_await reply(
            request, 500,
            attach ? std::format("container {} not found in pod {}_{}", target.path[3], target.path[2], target.path[1])
                   : std::format("container not found (\"{}\")", target.path[3]));
    if (beast::websocket::is_upgrade(request))
        co_return co_await execOverWebSocket(request, target, *found, wanted, attach);
    if (asksForSpdy(request))
        co_return co_await execOverSpdy(request, target, *found, wanted, attach);
    co_return co_await reply(request, 400, "Upgrade request required\n");
}

asio::awaitable<bool> Session::execOverWebSocket(const HttpRequest& request, const Target& target, Found found,
                                                 WantedStreams wanted, bool attach) {
    const auto protocol = wire::chooseWebSocketExec(webSocketProtocols(request));
    if (!protocol)
        co_return co_await reply(request, 403, "unable to upgrade: none of the protocols is known\n");
    const auto socket = co_await acceptWebSocket(stream_, request, protocol->name, protocol->base64);
    if (!socket)
        co_return false;
    const auto streams = makeWebSocketStreams(*socket, *protocol);
    co_await join(*streams, target, found, wanted, attach);
    co_return false;
}

asio::awaitable<bool> Session::execOverSpdy(const HttpRequest& request, const Target& target, Found found,
                                            WantedStreams wanted, bool attach) {
    const auto offered = spdyProtocols(request);
    const auto protocol = wire::chooseSpdyExec(offered);
    if (!protocol)
        co_return co_await reply(request, 403, wire::cannotNegotiate(offered, wire::spdyExecProtocols));
    if (!co_await switchToSpdy(protocol->name))
        co_return false;
    const auto bytes = makeTlsByteStream(stream_, buffer_);
    SpdyLink link(*bytes, co_await asio::this_coro::executor);
    beast::get_lowest_layer(stream_).expires_after(streamsLimit);
    WantedStreams expected = wanted; // what was not named need not be opened
    expected.output = wanted.output && (target.flag("stdout") || target.flag("output"));
    expected.error = wanted.error && (target.flag("stderr") || target.flag("error"));
    const auto streams = co_await acceptSpdyStreams(link, *protocol, expected);
    if (!streams)
        co_return false;
    beast::get_lowest_layer(stream_).expires_never();
    co_await join(*streams, target, found, wanted, attach);
    beast::get_lowest_layer(stream_).expires_after(std::chrono::seconds(5));
    co_await sayGoodbye();
    co_return false;
}

RuntimeResult<std::unique_ptr<ExecProcess>> Session::start(const Target& target, const Found& found,
                                                           WantedStreams wanted, bool attach) {
    if (!attach)
        return environment_.runtime->exec(found.container.id, target.values("command"), wanted.tty, wanted.input);
    // Whether there is a terminal was settled when the container was made.
    const auto container = anyContainer(*found.pod->spec, found.container.name);
    return environment_.runtime->attach(found.container.id, container && container->tty.value_or(false), wanted.input);
}

asio::awaitable<void> Session::join(RemoteStreams& streams, const Target& target, const Found& found,
                                    WantedStreams wanted, bool attach) {
    auto process = co_await offload(environment_.pool, [&] { return start(target, found, wanted, attach); });
    if (process)
        co_await runExec(streams, std::shared_ptr<ExecProcess>(std::move(*process)), wanted);
    else
        co_await streams.finish({}, process.error().message);
}

asio::awaitable<bool> Session::portForward(const HttpRequest& request, const Target& target) {
    const auto pod = environment_.pods->find(target.path[1], target.path[2]);
    if (!pod)
        co_return co_await reply(request, 404, "pod does not exist");
    Runtime& runtime = *environment_.runtime;
    const auto sandbox =
        co_await offload(environment_.pool, [&] { return readySandbox(runtime, pod->pod->metadata.uid); });
    if (!sandbox)
        co_return co_await reply(request, 500,
                                 std::format("pod not found (\"{}_{}\")", target.path[2], target.path[1]));
    const auto place = co_await offload(environment_.pool, [&] { return runtime.networkNamespace(sandbox->id); });
    if (!place)
        co_return co_await reply(request, 500, place.error().message);
    const ForwardTarget forward{sandbox->id, pod->pod->metadata.uid, *place};
    if (beast::websocket::is_upgrade(request)) {
        const auto protocol = wire::chooseWebSocketPortForward(webSocketProtocols(request));
        if (!protocol)
            co_return co_await reply(request, 403, "unable to upgrade: none of the protocols is known\n");
        const auto ports = portsOf(target);
        if (!protocol->tunnelled && (!ports || ports->empty() || ports->size() > mostForwardedPorts))
            co_return co_await reply(request, 400, "query parameter \"port\" is required\n");
        const auto socket = co_await acceptWebSocket(stream_, request, protocol->name, protocol->base64);
        if (socket && protocol->tunnelled)
            co_await forwardOverSpdy(*makeWebSocketByteStream(*socket), forward);
        else if (socket)
            co_await forwardOverChannels(*socket, *ports, protocol->base64, forward);
        co_return false;
    }
    if (!asksForSpdy(request))
        co_return co_await reply(request, 400, "Upgrade request required\n");
    const auto offered = spdyProtocols(request);
    if (!offered.empty() && std::ranges::find(offered, "portforward.k8s.io") == offered.end())
        co_return co_await reply(request, 403, wire::cannotNegotiate(offered, wire::spdyPortForwardProtocols));
    if (!co_await switchToSpdy("portforward.k8s.io"))
        co_return false;
    beast::get_lowest_layer(stream_).expires_never();
    co_await forwardOverSpdy(*makeTlsByteStream(stream_, buffer_), forward);
    co_return false;
}

} // namespace slipway::agent
