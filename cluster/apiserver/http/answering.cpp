#include "cluster/apiserver/http/answering.h"

#include "cluster/apiserver/http/compress.h"
#include "cluster/apiserver/http/forwarding.h"
#include "cluster/apiserver/list_stream.h"
#include "cluster/apiserver/watch_stream.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <format>

namespace slipway::apiserver {
namespace {

constexpr auto streamCheck = std::chrono::seconds(15);
constexpr std::size_t mostSending = 512 << 20; // of answers that clients have not read yet

/// Header values cannot hold quotes and line ends as they are.
std::string escaped(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c == '\n' || c == '\r' ? ' ' : c;
    }
    return out;
}

bool mayBlock(const Request& request) {
    if (request.method != "GET" && request.method != "HEAD")
        return true;
    // These ask the nodes, and those are printed when they are asked for first.
    const std::string_view target = request.target;
    return target.starts_with("/apis/metrics.k8s.io/") || target.starts_with("/openapi/");
}

/// The group in the path of a request: "example.com" of "/apis/example.com/v1/things".
std::string_view groupOf(std::string_view target) {
    constexpr std::string_view start = "/apis/";
    return target.starts_with(start) ? target.substr(start.size()).substr(0, target.substr(start.size()).find('/'))
                                     : std::string_view();
}

} // namespace

Reply tooLarge() {
    return replyWith(api::Status{.code = 413,
                                 .reason = "RequestEntityTooLarge",
                                 .message = std::format("Request entity too large: limit is {}", largestBody)});
}

AnswerHead headOf(const Reply& reply) {
    AnswerHead head{static_cast<unsigned>(reply.code), {}, {}};
    head.headers.emplace_back("Content-Type", reply.contentType);
    bool cached = false;
    for (const auto& [name, value] : reply.headers) {
        cached = cached || name == "Cache-Control";
        head.headers.emplace_back(name, value);
    }
    if (!cached)
        head.headers.emplace_back("Cache-Control", "no-cache, private");
    for (const std::string& warning : reply.warnings)
        head.headers.emplace_back("Warning", std::format("299 - \"{}\"", escaped(warning)));
    return head;
}

awaitable<Answer> Answering::handle(Exchange& exchange, const Request& request, bool alone) {
    Headers headers;
    Answer answer = co_await decide(request, headers, alone);
    headers.emplace_back("Audit-ID", request.auditId);
    exchange.carry(std::move(headers));
    co_return answer;
}

awaitable<Answer> Answering::decide(const Request& request, Headers& headers, bool alone) {
    const bool blocks = mayBlock(request) || server_.readsMayBlock() || server_.mayAskIssuer(request) ||
                        server_.catalog()->asksConverters(groupOf(request.target));
    if (!blocks && sending_ > mostSending)
        co_return tooManyRequests();
    const auto turn = co_await (blocks ? writes_ : reads_).take(request);
    if (!turn)
        co_return tooManyRequests();
    if (!blocks || alone)
        co_return server_.handle(request, &headers);
    co_return co_await asio::co_spawn(
        pool_, [&]() -> awaitable<Answer> { co_return server_.handle(request, &headers); }, asio::use_awaitable);
}

awaitable<bool> Answering::send(Exchange& exchange, const Request& request, Answer answer) {
    const bool head = request.method == "HEAD";
    if (auto* reply = std::get_if<Reply>(&answer)) {
        AnswerHead made = headOf(*reply);
        std::string body = std::move(reply->body);
        if (worthCompressing(request.acceptEncoding, body.size())) {
            made.headers.emplace_back("Content-Encoding", "gzip");
            made.headers.emplace_back("Vary", "Accept-Encoding");
            body = co_await asio::co_spawn(
                pool_, [&]() -> awaitable<std::string> { co_return gzip(body); }, asio::use_awaitable);
        }
        const std::size_t size = body.size();
        sending_ += size;
        const bool sent = co_await exchange.reply(std::move(made), std::move(body));
        sending_ -= size;
        co_return sent;
    }
    if (auto* body = std::get_if<std::unique_ptr<StreamBody>>(&answer))
        co_return co_await sendStream(exchange, std::move(*body), head);
    co_return co_await forward(exchange, request, std::get<Forward>(std::move(answer)), trust_);
}

awaitable<bool> Answering::sendStream(Exchange& exchange, std::unique_ptr<StreamBody> body, bool head) {
    const auto executor = co_await asio::this_coro::executor;
    AnswerHead begin{200, {{"Content-Type", body->contentType()}, {"Cache-Control", "no-cache, private"}}, {}};
    if (head)
        co_return co_await exchange.reply(std::move(begin), {});
    if (!co_await exchange.begin(std::move(begin)))
        co_return false;
    if (dynamic_cast<const ListStream*>(body.get()) != nullptr) { // it has an end, and does not wait for anything
        for (StreamBody::Piece piece; !piece.end;) {
            piece = body->drain();
            if (!co_await exchange.send(piece.data))
                co_return false;
        }
        co_return co_await exchange.finish();
    }
    const auto signal = std::make_shared<StreamSignal>(executor);
    exchange.watchClient([signal] {
        signal->closed = true;
        signal->timer.cancel();
    });
    body->setWake([signal, executor] {
        asio::post(executor, [signal] {
            signal->woken = true;
            signal->timer.cancel();
        });
    });
    const AtDrain ending(*this, [signal, executor] {
        asio::post(executor, [signal] {
            signal->draining = true;
            signal->timer.cancel();
        });
    });
    const bool whole = co_await sendPieces(exchange, *body, *signal);
    body.reset();
    co_await exchange.unwatchClient();
    co_return whole && !signal->closed && co_await exchange.finish();
}

/// Sends the pieces until the stream ends, the server drains or the client goes (false).
awaitable<bool> Answering::sendPieces(Exchange& exchange, StreamBody& body, StreamSignal& signal) {
    for (;;) {
        if (signal.closed)
            co_return false;
        signal.woken = false;
        StreamBody::Piece piece;
        if (const auto* watch = dynamic_cast<const WatchStream*>(&body); watch != nullptr && watch->mayBlock())
            piece = co_await asio::co_spawn(
                pool_, [&]() -> awaitable<StreamBody::Piece> { co_return body.drain(); }, asio::use_awaitable);
        else
            piece = body.drain();
        if (!piece.data.empty() && !co_await exchange.send(piece.data))
            co_return false;
        if (piece.end || signal.draining)
            co_return true;
        if (piece.data.empty() && !signal.woken && !signal.closed) {
            signal.timer.expires_at(std::min(std::chrono::steady_clock::now() + streamCheck, body.end()));
            co_await signal.timer.async_wait(tuple);
        }
    }
}

void Answering::drain() {
    std::lock_guard lock(mutex_);
    draining_ = true;
    for (std::function<void()>* end : atDrain_)
        (*end)();
}

Answering::AtDrain::AtDrain(Answering& answering, std::function<void()> end)
    : answering_(answering), end_(std::move(end)) {
    std::lock_guard lock(answering_.mutex_);
    answering_.atDrain_.insert(&end_);
    if (answering_.draining_)
        end_();
}

Answering::AtDrain::~AtDrain() {
    std::lock_guard lock(answering_.mutex_);
    answering_.atDrain_.erase(&end_);
}

} // namespace slipway::apiserver
