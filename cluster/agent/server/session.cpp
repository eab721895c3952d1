#include "cluster/agent/server/session.h"

#include "cluster/agent/server/node_files.h"
#include "cluster/agent/server/offload.h"
#include "cluster/agent/server/tls.h"
#include "cluster/base/metrics.h"

#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

namespace slipway::agent {

asio::awaitable<void> Session::run(std::function<void()> accepted) {
    beast::get_lowest_layer(stream_).expires_after(std::chrono::seconds(30));
    if (const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, tuple); error)
        co_return;
    accepted();
    for (;;) {
        beast::get_lowest_layer(stream_).expires_after(std::chrono::seconds(120));
        http::request_parser<http::string_body> parser;
        parser.body_limit(64 * 1024);
        if (const auto [error, size] = co_await http::async_read(stream_, buffer_, parser, tuple); error)
            break;
        if (!co_await answer(parser.release()))
            co_return;
    }
    co_await stream_.async_shutdown(tuple);
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
    http::response<http::string_body> response(static_cast<http::status>(status), request.version());
    response.set(http::field::content_type, type);
    response.keep_alive(request.keep_alive());
    response.body() = std::move(body);
    response.prepare_payload();
    if (request.method() == http::verb::head)
        response.body().clear();
    const auto [error, size] = co_await http::async_write(stream_, response, tuple);
    co_return !error && request.keep_alive();
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
    http::response<http::empty_body> head(http::status::ok, 11);
    head.set(http::field::content_type, "text/plain; charset=utf-8");
    head.chunked(true);
    http::response_serializer<http::empty_body> serializer(head);
    auto [error, ignored] = co_await http::async_write_header(stream_, serializer, tuple);
    while (!error) {
        const std::string piece = co_await offload(environment_.pool, [&] { return file->read(); });
        if (piece.empty())
            break;
        std::tie(error, ignored) = co_await asio::async_write(stream_, http::make_chunk(asio::buffer(piece)), tuple);
    }
    if (!error)
        std::tie(error, ignored) = co_await asio::async_write(stream_, http::make_chunk_last(), tuple);
    co_return !error;
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
