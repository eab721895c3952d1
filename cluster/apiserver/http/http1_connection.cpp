#include "cluster/apiserver/http/http1_connection.h"

#include "cluster/api/base64.h"
#include "cluster/apiserver/http/forwarding.h"
#include "cluster/apiserver/http/http1_exchange.h"
#include "cluster/apiserver/http/tunnel.h"
#include "cluster/apiserver/http/websocket_exchange.h"
#include "cluster/base/random.h"
#include "cluster/wire/subprotocols.h"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>

namespace slipway::apiserver {
namespace {

using RequestHead = http::request_header<>;

constexpr std::size_t mostPassedOver = 64 << 20; // of a body that is too large

std::string headerOf(const RequestHead& head, http::field field) {
    const auto value = head[field];
    return {value.data(), value.size()};
}

/// Browsers cannot send headers with a WebSocket: they put their token among the protocols they offer.
void readBearerProtocol(Request& request) {
    constexpr std::string_view prefix = "base64url.bearer.authorization.k8s.io.";
    for (auto& [name, value] : request.headers) {
        if (!beast::iequals(name, "Sec-WebSocket-Protocol") || value.find(prefix) == std::string::npos)
            continue;
        std::string others;
        for (const std::string& protocol : wire::offeredProtocols(value)) {
            if (!protocol.starts_with(prefix))
                others += (others.empty() ? "" : ", ") + protocol;
            else if (const auto token = api::decodeBase64Url(std::string_view(protocol).substr(prefix.size()));
                     token && request.authorization.empty())
                request.authorization = "Bearer " + *token;
        }
        value = std::move(others); // it goes no further
    }
}

Request translate(const RequestHead& head, const Peer& peer) {
    Request request;
    request.method = std::string(head.method_string());
    request.target = std::string(head.target());
    request.contentType = headerOf(head, http::field::content_type);
    request.accept = headerOf(head, http::field::accept);
    request.acceptEncoding = headerOf(head, http::field::accept_encoding);
    request.authorization = headerOf(head, http::field::authorization);
    request.userAgent = headerOf(head, http::field::user_agent);
    request.ifNoneMatch = headerOf(head, http::field::if_none_match);
    request.certificateUser = peer.certificateUser;
    request.certificateGroups = peer.certificateGroups;
    request.remoteAddress = peer.address;
    request.auditId = std::string(head["Audit-ID"]);
    if (request.auditId.empty())
        request.auditId = base::newUuid();
    request.upgrade =
        !head[http::field::upgrade].empty() && http::token_list(head[http::field::connection]).exists("upgrade");
    for (const auto& header : head) {
        const std::string_view name(header.name_string().data(), header.name_string().size());
        const std::string_view value(header.value().data(), header.value().size());
        readImpersonation(request, name, value);
        request.headers.emplace_back(name, value);
    }
    if (request.upgrade)
        readBearerProtocol(request);
    return request;
}

class Http1Connection {
public:
    Http1Connection(TlsSocket& socket, Deadline& deadline, Answering& answering, Peer peer)
        : stream_{socket, deadline, {}}, answering_(answering), peer_(std::move(peer)) {}

    awaitable<void> run() {
        bool first = true;
        for (bool keep = true; keep && !answering_.draining(); first = false) {
            HeaderParser head;
            head.header_limit(largestHeader);
            head.body_limit(boost::none); // counted where it is read
            stream_.deadline.arm(first || stream_.buffer.size() > 0 ? headerLimit : idleLimit);
            const error_code error = co_await readHead(head);
            stream_.deadline.disarm();
            if (error) {
                co_await refuse(error);
                co_return;
            }
            keep = co_await answer(head);
        }
    }

private:
    awaitable<error_code> readHead(HeaderParser& head) {
        for (;;) {
            error_code error;
            if (stream_.buffer.size() > 0)
                stream_.buffer.consume(head.put(stream_.buffer.data(), error));
            if (error && error != http::error::need_more)
                co_return error;
            if (head.is_header_done())
                co_return error_code();
            if (!co_await stream_.readMore())
                co_return http::error::end_of_stream;
        }
    }

    /// Says what is wrong with a request that could not be read, where it can be said.
    awaitable<void> refuse(error_code error) {
        Http1Exchange exchange(stream_, {.http11 = true, .keepAlive = false, .head = false}, nullptr);
        if (error == http::error::header_limit || error == http::error::buffer_overflow)
            co_await exchange.reply(headOf(Reply{431, {}, "text/plain; charset=utf-8", {}, {}}),
                                    "431 Request Header Fields Too Large");
        else if (error.category() == http::make_error_code(http::error::bad_target).category() &&
                 error != http::error::end_of_stream && error != http::error::partial_message)
            co_await exchange.reply(headOf(Reply{400, {}, "text/plain; charset=utf-8", {}, {}}), "400 Bad Request");
    }

    /// True when another request may come.
    awaitable<bool> answer(HeaderParser& head) {
        const Answering::Busy busy(answering_);
        Request request = translate(head.get(), peer_);
        request.bodyFollows = isForwarded(request.target) && (head.chunked() || head.content_length().value_or(0) > 0);
        const Http1Request about{head.get().version() >= 11, head.keep_alive() && !answering_.draining(),
                                 head.get().method() == http::verb::head};
        const bool expects = beast::iequals(head.get()[http::field::expect], "100-continue");
        const bool large = !request.bodyFollows && head.content_length().value_or(0) > largestBody;
        Http1Body body(stream_, std::move(head));
        Http1Exchange exchange(stream_, about, &body);
        bool readable = !large;
        if (expects && readable && !co_await stream_.write("HTTP/1.1 100 Continue\r\n\r\n"))
            co_return false;
        while (readable && !request.bodyFollows) {
            const auto piece = co_await body.next();
            if (!piece) {
                co_await refuse(body.error());
                co_return false;
            }
            if (piece->empty())
                break;
            readable = request.body.size() + piece->size() <= largestBody;
            if (readable)
                request.body += *piece;
        }
        if (!readable) {
            exchange.endConnection();
            Reply reply = tooLarge();
            co_await exchange.reply(headOf(reply), std::move(reply.body));
            // Closed with bytes unread, the connection would be reset before the client has read the answer.
            std::size_t passed = 0;
            for (auto rest = co_await body.next(); rest && !rest->empty() && passed < mostPassedOver;
                 rest = co_await body.next())
                passed += rest->size();
            co_return false;
        }
        Answer made = co_await answering_.handle(exchange, request, true);
        co_return co_await send(exchange, request, std::move(made)) && exchange.keepsConnection();
    }

    awaitable<bool> send(Http1Exchange& exchange, const Request& request, Answer made) {
        if (!request.upgrade || std::holds_alternative<Reply>(made))
            co_return co_await answering_.send(exchange, request, std::move(made));
        auto* to = std::get_if<Forward>(&made);
        if (to == nullptr || to->kind == Forward::Kind::log) {
            const auto socket = makeWebSocketExchange(stream_, exchange, request, to == nullptr);
            if (!socket)
                co_return co_await answering_.send(exchange, request, std::move(made));
            exchange.endConnection();
            co_await answering_.send(*socket, request, std::move(made));
            co_return false;
        }
        Upgraded upgraded;
        const auto noted = to->answered; // held until the connection ends
        exchange.endConnection(); // a refusal may have come from another server: nothing more is to reach that one
        co_await forward(exchange, request, std::move(*to), answering_.trust(), &upgraded);
        if (upgraded.backend)
            co_await joinTunnel(stream_, std::move(upgraded));
        co_return false;
    }

    Http1Stream stream_;
    Answering& answering_;
    const Peer peer_;
};

} // namespace

awaitable<void> serveHttp1(TlsSocket& socket, Deadline& deadline, Answering& answering, Peer peer) {
    Http1Connection connection(socket, deadline, answering, std::move(peer));
    co_await connection.run();
}

} // namespace slipway::apiserver
