#include "cluster/agent/server/session.h"

#include "cluster/agent/server/node_files.h"
#include "cluster/agent/server/offload.h"
#include "cluster/agent/server/tls.h"
#include "cluster/base/metrics.h"

#include <boost/beast/http/status.hpp>
#include <format>

namespace slipway::agent {

asio::awaitable<void> Session::run(std::function<void()> accepted) {
    beast::get_lowest_layer(stream_).expires_after(std::chrono::seconds(30));
    if (!co_await shakeHands())
        co_return;
    accepted();
    for (;;) {
        beast::get_lowest_layer(stream_).expires_after(std::chrono::seconds(120));
        auto request = co_await readRequest();
        if (!request)
            break;
        if (!co_await answer(std::move(*request)))
            co_return;
    }
    co_await sayGoodbye();
}

asio::awaitable<bool> Session::answer(HttpRequest request) {
    const auto target = parseTarget(request.target());
    if (!target)
        co_return co_await reply(request, 400, "bad target\n");
    const std::string what = target->path.empty() ? "" : target->path[0];
    const std::size_t parts = target->path.size();
    if (what == "healthz")
        co_return co_await reply(request, 200, "ok");
    if (environment_.checkClient && !mayUseNode(stream_.native_handle()))
        co_return co_await reply(request, 403, "Forbidden\n");
    if (environment_.pods == nullptr)
        co_return co_await page(request);
    if (what == "pods" || what == "runningpods")
        co_return co_await reply(request, 200, co_await offload(environment_.pool, [&] { return podList(); }),
                                 "application/json");
    if (what == "containerLogs" && parts == 4)
        co_return co_await logs(request, *target);
    if ((what == "exec" || what == "attach") && parts == 4)
        co_return co_await exec(request, *target, what == "attach");
    if (what == "portForward" && parts == 3)
        co_return co_await portForward(request, *target);
    if (what == "logs")
        co_return co_await nodeLogs(request, *target);
    if (what == "metrics" && parts == 1)
        co_return co_await reply(request, 200, base::Metrics::process().print(), "text/plain; version=0.0.4");
    co_return co_await page(request);
}

asio::awaitable<bool> Session::page(const HttpRequest& request) {
    const std::string path(request.target().substr(0, request.target().find('?')));
    if (environment_.pages)
        if (auto page = co_await offload(environment_.pool, [&] { return environment_.pages(path); }))
            co_return co_await reply(request, 200, std::move(page->second), page->first.c_str());
    co_return co_await reply(request, 404, "404 page not found\n");
}

asio::awaitable<bool> Session::reply(const HttpRequest& request, unsigned status, std::string body, const char* type) {
    const bool goesOn = request.keep_alive(), old = request.version() < 11;
    std::string answer = std::format("HTTP/1.{} {} {}\r\nContent-Type: {}\r\n", old ? 0 : 1, status,
                                     std::string_view(http::obsolete_reason(static_cast<http::status>(status))), type);
    if (goesOn == old) // what the version would have made the client believe is not so
        answer += goesOn ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
    answer += std::format("Content-Length: {}\r\n\r\n", body.size());
    if (request.method() != http::verb::head)
        answer += body;
    co_return co_await send(answer) && goesOn;
}

asio::awaitable<bool> Session::sendHead(const char* type) {
    co_return co_await send(
        std::format("HTTP/1.1 200 OK\r\nContent-Type: {}\r\nTransfer-Encoding: chunked\r\n\r\n", type));
}

asio::awaitable<bool> Session::nodeLogs(const HttpRequest& request, const Target& target) {
    std::string path;
    for (std::size_t i = 1; i < target.path.size(); ++i)
        path += (i == 1 ? "" : "/") + target.path[i];
    auto file = ShownFile::open("/var/log", path);
    if (!file)
        co_return co_await reply(request, 404, "404 page not found\n");
    if (file->isFolder())
        co_return co_await reply(request, 200, file->listing(), "text/html; charset=utf-8");
    bool there = co_await sendHead("text/plain; charset=utf-8");
    for (std::string piece; there;) {
        piece = co_await offload(environment_.pool, [&] { return file->read(); });
        there = co_await sendChunk(piece);
        if (piece.empty())
            break;
    }
    co_return there;
}

std::string Session::podList() const {
    api::JsonArray items;
    for (const Pods::Entry& entry : environment_.pods->list()) {
        core::Pod pod = *entry.pod;
        pod.status = entry.status;
        items.emplace_back(api::toJson(pod));
    }
    return api::printJson(api::JsonObject{
        {"kind", "PodList"}, {"apiVersion", "v1"}, {"metadata", api::JsonObject()}, {"items", std::move(items)}});
}

} // namespace slipway::agent
