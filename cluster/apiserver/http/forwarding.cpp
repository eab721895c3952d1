#include "cluster/apiserver/http/forwarding.h"

#include "cluster/apiserver/http/answering.h"
#include "cluster/apiserver/http/proxy_rewrite.h"

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <format>

namespace slipway::apiserver {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::size_t largestPage = 8 << 20, largestRefusal = 10'000; // what is rewritten, and what is read of an error

bool isOneOf(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::ranges::any_of(names, [&](std::string_view one) { return beast::iequals(one, name); });
}

/// Headers about one connection, not about the message (RFC 9110, section 7.6.1).
bool isHopByHop(std::string_view name) {
    return isOneOf(name, {"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization",
                          "TE", "Trailer", "Transfer-Encoding", "Upgrade"});
}

std::string hostAndPort(const Forward& to) {
    const bool v6 = to.host.find(':') != std::string::npos;
    const unsigned short usual = to.security == Forward::Security::none ? 80 : 443;
    const std::string host = v6 ? "[" + to.host + "]" : to.host;
    return to.port == usual && to.kind == Forward::Kind::proxy ? host : std::format("{}:{}", host, to.port);
}

/// What is said to the backend before the body. Credentials are for this server, not for others.
std::string requestHead(const Request& request, const Forward& to, bool upgrade, bool chunkedBody) {
    std::string head = std::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, to.target, hostAndPort(to));
    std::string forwardedFor;
    for (const auto& [name, value] : request.headers) {
        if (isOneOf(name, {"Host", "Authorization", "X-Forwarded-Uri", "X-Forwarded-Host", "X-Forwarded-Proto",
                           "Expect", "HTTP2-Settings"}) ||
            name.starts_with(':') || beast::iequals(name.substr(0, 12), "Impersonate-") ||
            beast::iequals(name.substr(0, 9), "X-Remote-"))
            continue;
        if (isHopByHop(name) && !(upgrade && isOneOf(name, {"Connection", "Upgrade"})))
            continue;
        if (beast::iequals(name, "X-Forwarded-For")) {
            forwardedFor = value + ", ";
            continue;
        }
        if ((chunkedBody || !request.bodyFollows) && beast::iequals(name, "Content-Length"))
            continue;
        head += name + ": " + value + "\r\n";
    }
    head += "X-Forwarded-For: " + forwardedFor + request.remoteAddress + "\r\n";
    if (to.kind == Forward::Kind::proxy) {
        head += std::format("X-Forwarded-Host: {}\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Uri: {}\r\n",
                            headerOf(request, "Host"), request.target.substr(0, request.target.find('?')));
    }
    for (const auto& [name, value] : to.headers)
        head += name + ": " + value + "\r\n";
    if (!request.bodyFollows && (!request.body.empty() || (request.method != "GET" && request.method != "HEAD")))
        head += std::format("Content-Length: {}\r\n", request.body.size());
    if (chunkedBody)
        head += "Transfer-Encoding: chunked\r\n";
    if (!upgrade)
        head += "Connection: close\r\n";
    return head + "\r\n";
}

/// One request to a backend and its answer.
class Forwarding {
public:
    Forwarding(Exchange& exchange, const Request& request, const Forward& to)
        : exchange_(exchange), request_(request), to_(to) {
        head_.header_limit(largestHeader);
    }

    awaitable<bool> run(BackendTrust& trust, Upgraded* upgraded) {
        auto connected = co_await Backend::connect(to_, trust);
        if (!connected)
            co_return co_await refuse(connected.error());
        backend_ = std::move(*connected);
        const bool sent = co_await sendRequest(upgraded != nullptr);
        exchange_.watchClient([this] { backend_->close(); });
        const bool answered = sent && co_await readHead();
        co_await exchange_.unwatchClient();
        if (!answered)
            co_return co_await refuse(sent ? "EOF" : "write: broken pipe");
        noteAnswer(static_cast<int>(head_.get().result_int()));
        if (head_.get().result_int() == 101 && upgraded != nullptr) {
            upgraded->answer = std::move(raw_);
            upgraded->backend = std::move(backend_);
            co_return true;
        }
        co_return co_await relay();
    }

private:
    void noteAnswer(int code) {
        if (to_.answered)
            to_.answered(code);
    }

    awaitable<bool> refuse(const std::string& why) {
        noteAnswer(to_.kind == Forward::Kind::proxy && !request_.upgrade ? 503 : 500);
        if (to_.kind == Forward::Kind::proxy && !request_.upgrade) {
            api::Status status;
            status.code = 503;
            status.reason = "ServiceUnavailable";
            status.message = "error trying to reach service: " + why;
            return reply(replyWith(status));
        }
        if (to_.kind == Forward::Kind::log)
            return reply(replyWith(
                api::internalError(std::format("Get \"https://{}{}\": {}", hostAndPort(to_), to_.target, why))));
        return reply(replyWith(api::internalError("error dialing backend: " + why)));
    }

    awaitable<bool> reply(Reply made) { return exchange_.reply(headOf(made), std::move(made.body)); }

    awaitable<bool> sendRequest(bool upgrade) {
        // HTTP/2 bodies may have no length; then they go on in chunks.
        const bool chunked = request_.bodyFollows && headerOf(request_, "Content-Length").empty();
        const std::string head = requestHead(request_, to_, upgrade, chunked);
        if (co_await backend_->write(asio::buffer(head)))
            co_return false;
        if (!request_.bodyFollows && !request_.body.empty() && co_await backend_->write(asio::buffer(request_.body)))
            co_return false;
        while (request_.bodyFollows) {
            const auto piece = co_await exchange_.receive();
            if (!piece)
                co_return false;
            std::string bytes = chunked ? std::format("{:x}\r\n{}\r\n", piece->size(), *piece) : *piece;
            if (!bytes.empty() && co_await backend_->write(asio::buffer(bytes)))
                co_return true; // it may have answered without reading all
            if (piece->empty())
                break;
        }
        co_return true;
    }

    awaitable<bool> readMore() {
        const auto [error, size] = co_await backend_->read(buffer_.prepare(32 * 1024));
        buffer_.commit(size);
        if (!head_.is_header_done())
            raw_.append(static_cast<const char*>(buffer_.cdata().data()) + buffer_.size() - size, size);
        co_return !error;
    }

    /// Reads the answer's head; "100 Continue" is passed over.
    awaitable<bool> readHead() {
        for (;;) {
            error_code error;
            if (buffer_.size() > 0)
                buffer_.consume(head_.put(buffer_.data(), error));
            if (error && error != http::error::need_more)
                co_return false;
            if (!head_.is_header_done()) {
                if (!co_await readMore())
                    co_return false;
                continue;
            }
            const unsigned status = head_.get().result_int();
            if (status >= 200 || status == 101)
                co_return true;
            std::destroy_at(&head_);
            std::construct_at(&head_);
            head_.header_limit(largestHeader);
            raw_.assign(static_cast<const char*>(buffer_.cdata().data()), buffer_.size());
        }
    }

    AnswerHead answerHead(bool bodyChanges) const {
        AnswerHead head{head_.get().result_int(), {}, {}};
        const ProxiedPlace place = placed();
        for (const auto& header : head_.get()) {
            const std::string name(header.name_string().data(), header.name_string().size());
            std::string value(header.value().data(), header.value().size());
            // Another API server names the request by the same id.
            if (isHopByHop(name) || beast::iequals(name, "Content-Length") || beast::iequals(name, "Audit-ID"))
                continue;
            if (to_.kind == Forward::Kind::proxy && beast::iequals(name, "Location"))
                value = rewriteLink(value, place);
            head.headers.emplace_back(name, std::move(value));
        }
        if (const auto length = head_.content_length(); length && !bodyChanges)
            head.length = *length;
        else if (request_.method == "HEAD" || head.status == 204 || head.status == 304)
            head.length = 0;
        return head;
    }

    ProxiedPlace placed() const { return {to_.prefix, backendHost_, headerOf(request_, "Host")}; }

    awaitable<bool> relay() {
        const bool fails = head_.get().result_int() >= 400 || head_.get().result_int() < 200;
        if (to_.kind == Forward::Kind::log && fails)
            co_return co_await relayRefusal();
        const auto type = head_.get()[http::field::content_type];
        const bool page = to_.kind == Forward::Kind::proxy && !to_.prefix.empty() && type.starts_with("text/html") &&
                          head_.get()[http::field::content_encoding].empty() && request_.method != "HEAD" &&
                          head_.content_length().value_or(0) <= largestPage;
        AnswerHead head = answerHead(page);
        if (request_.method == "HEAD" || head.status == 204 || head.status == 304) {
            if (!co_await exchange_.begin(std::move(head)))
                co_return false;
            co_return co_await exchange_.finish();
        }
        http::response_parser<http::buffer_body> body(std::move(head_));
        body.body_limit(boost::none);
        if (page)
            co_return co_await relayPage(body, std::move(head));
        if (!co_await exchange_.begin(std::move(head)))
            co_return false;
        // Between its pieces an answer may be silent for long (a followed log): the client may go meanwhile.
        exchange_.watchClient([this] {
            gone_ = true;
            backend_->close();
        });
        bool whole = true;
        for (;;) {
            const auto piece = co_await nextPiece(body);
            whole = piece.has_value();
            if (!piece || piece->empty() || gone_ || !co_await exchange_.send(*piece))
                break;
        }
        co_await exchange_.unwatchClient();
        // An answer that breaks off must not look whole.
        co_return whole && !gone_ && co_await exchange_.finish();
    }

    awaitable<bool> relayPage(http::response_parser<http::buffer_body>& body, AnswerHead head) {
        std::string page;
        bool rewritten = true;
        for (;;) {
            const auto piece = co_await nextPiece(body);
            if (!piece || piece->empty())
                break;
            page += *piece;
            if (page.size() > largestPage)
                break;
        }
        rewritten = page.size() <= largestPage;
        if (rewritten)
            co_return co_await exchange_.reply(std::move(head), rewriteHtml(page, placed()));
        if (!co_await exchange_.begin(std::move(head)) || !co_await exchange_.send(page))
            co_return false;
        for (auto piece = co_await nextPiece(body); piece && !piece->empty(); piece = co_await nextPiece(body))
            if (!co_await exchange_.send(*piece))
                co_return false;
        co_return co_await exchange_.finish();
    }

    /// A node's plain words about a log, as a Status.
    awaitable<bool> relayRefusal() {
        const int code = static_cast<int>(head_.get().result_int());
        http::response_parser<http::buffer_body> body(std::move(head_));
        std::string text;
        for (auto piece = co_await nextPiece(body); piece && !piece->empty() && text.size() < largestRefusal;
             piece = co_await nextPiece(body))
            text += *piece;
        while (text.ends_with('\n'))
            text.pop_back();
        api::Status status = code >= 500 ? api::internalError(text) : api::badRequest(text);
        if (code != 400 && code < 500) {
            status.code = code;
            status.reason = code == 404 ? "NotFound" : code == 403 ? "Forbidden" : "BadRequest";
        }
        co_return co_await reply(replyWith(status));
    }

    /// The next piece of the answer's body; empty at its end, nothing when it breaks off.
    awaitable<std::optional<std::string>> nextPiece(http::response_parser<http::buffer_body>& body) {
        std::string piece(32 * 1024, '\0');
        while (!body.is_done()) {
            body.get().body().data = piece.data();
            body.get().body().size = piece.size();
            body.get().body().more = true;
            error_code error;
            const std::size_t parsed = buffer_.size() > 0 ? body.put(buffer_.data(), error) : 0;
            buffer_.consume(parsed);
            if (error && error != http::error::need_buffer && error != http::error::need_more)
                co_return std::nullopt;
            if (const std::size_t got = piece.size() - body.get().body().size; got > 0) {
                piece.resize(got);
                co_return piece;
            }
            if (body.is_done())
                break;
            if (parsed > 0 && buffer_.size() > 0)
                continue; // a chunk's head was read; its data may be here already
            if (!co_await readMore()) {
                error_code atEnd;
                body.put_eof(atEnd);
                if (atEnd)
                    co_return std::nullopt;
                break;
            }
        }
        co_return std::string();
    }

    Exchange& exchange_;
    const Request& request_;
    const Forward& to_;
    const std::string backendHost_ = hostAndPort(to_);
    std::unique_ptr<Backend> backend_;
    http::response_parser<http::empty_body> head_;
    beast::flat_buffer buffer_;
    std::string raw_; ///< the head as it came
    bool gone_ = false;
};

} // namespace

awaitable<bool> forward(Exchange& exchange, const Request& request, Forward to, BackendTrust& trust,
                        Upgraded* upgraded) {
    Forwarding forwarding(exchange, request, to);
    co_return co_await forwarding.run(trust, upgraded);
}

} // namespace slipway::apiserver
