#pragma once

#include "cluster/apiserver/http/exchange.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace slipway::apiserver {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using HeaderParser = http::request_parser<http::empty_body>;

/// A TLS connection and what was read from it ahead.
struct Http1Stream {
    TlsSocket& socket;
    Deadline& deadline;
    beast::flat_buffer buffer;

    /// Reads more into the buffer, up to @p most bytes; false when the client is gone.
    awaitable<bool> readMore(std::size_t most = 8 * 1024);
    awaitable<bool> write(std::string_view bytes);
};

/// A request's body, read piece by piece from its connection (by length, or chunked).
class Http1Body {
public:
    Http1Body(Http1Stream& stream, HeaderParser&& head);
    /// The next piece; empty at the end, nothing when it is broken.
    awaitable<std::optional<std::string>> next();
    error_code error() const { return error_; }
    bool complete() const { return parser_.is_done(); }

private:
    std::size_t pieceSize() const;

    Http1Stream& stream_;
    http::request_parser<http::buffer_body> parser_;
    error_code error_;
};

/// What an answer needs to know of its request.
struct Http1Request {
    bool http11 = true, keepAlive = true, head = false;
};

/// One request's answer over HTTP/1.1.
class Http1Exchange : public Exchange {
public:
    Http1Exchange(Http1Stream& stream, Http1Request request, Http1Body* body)
        : stream_(stream), request_(request), body_(body) {}

    awaitable<bool> begin(AnswerHead head) override;
    awaitable<bool> send(std::string_view data) override;
    awaitable<bool> finish() override;
    awaitable<bool> reply(AnswerHead head, std::string body) override;
    awaitable<std::optional<std::string>> receive() override;
    void watchClient(std::function<void()> gone) override;
    awaitable<void> unwatchClient() override;

    /// Whether another request may come on the connection after this answer.
    bool keepsConnection() const;
    /// The connection is used up whatever the answer is.
    void endConnection() { request_.keepAlive = false; }

private:
    /// What the reader beside a stream shares with the sender.
    struct Watching {
        std::function<void()> gone;
        bool running = true, stop = false;
    };
    static awaitable<void> watch(Http1Stream& stream, std::shared_ptr<Watching> watching);
    std::string headText(const AnswerHead& head) const;

    Http1Stream& stream_;
    Http1Request request_;
    Http1Body* body_;
    bool chunked_ = false, finished_ = false, broken_ = false;
    std::shared_ptr<Watching> watching_;
};

} // namespace slipway::apiserver
