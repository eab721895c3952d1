#include "cluster/apiserver/http/http1_exchange.h"

#include "cluster/apiserver/http/date.h"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/status.hpp>
#include <format>

namespace slipway::apiserver {

awaitable<bool> Http1Stream::readMore(std::size_t most) {
    if (buffer.size() > 2 * largestHeader)
        co_return false;
    const auto [error, size] = co_await socket.async_read_some(buffer.prepare(most), tuple);
    buffer.commit(size);
    co_return !error;
}

awaitable<bool> Http1Stream::write(std::string_view bytes) {
    const auto [error, size] = co_await asio::async_write(socket, asio::buffer(bytes), tuple);
    co_return !error;
}

Http1Body::Http1Body(Http1Stream& stream, HeaderParser&& head) : stream_(stream), parser_(std::move(head)) {}

/// No more than is still to come, where that is known.
std::size_t Http1Body::pieceSize() const {
    constexpr std::uint64_t most = 32 * 1024, least = 1;
    const auto rest = parser_.content_length_remaining();
    return rest ? std::clamp(*rest, least, most) : most;
}

awaitable<std::optional<std::string>> Http1Body::next() {
    if (parser_.is_done()) // of most requests there is no body, and of the others no second piece
        co_return std::string();
    std::string piece(pieceSize(), '\0');
    while (!parser_.is_done()) {
        parser_.get().body().data = piece.data();
        parser_.get().body().size = piece.size();
        parser_.get().body().more = true;
        const std::size_t parsed = parser_.put(stream_.buffer.data(), error_);
        stream_.buffer.consume(parsed);
        const std::size_t got = piece.size() - parser_.get().body().size;
        if (error_ == http::error::need_buffer || error_ == http::error::need_more)
            error_ = {};
        if (error_)
            co_return std::nullopt;
        if (got > 0) {
            piece.resize(got);
            co_return piece;
        }
        if (parser_.is_done())
            break;
        if (parsed > 0 && stream_.buffer.size() > 0)
            continue;                    // a chunk's head was read; its data may be here already
        stream_.deadline.arm(bodyLimit); // for each piece: a large body may take long altogether
        const bool more = co_await stream_.readMore(piece.size());
        stream_.deadline.disarm();
        if (!more) {
            error_ = http::error::partial_message;
            co_return std::nullopt;
        }
    }
    co_return std::string();
}

std::string Http1Exchange::headText(const AnswerHead& head) const {
    const auto reason = http::obsolete_reason(static_cast<http::status>(head.status));
    std::string text = std::format("HTTP/1.1 {} {}\r\n", head.status, std::string_view(reason.data(), reason.size()));
    bool dated = false;
    for (const auto& [name, value] : head.headers) {
        text += name + ": " + value + "\r\n";
        dated = dated || name == "Date";
    }
    for (const auto& [name, value] : carried_)
        text += name + ": " + value + "\r\n";
    if (!dated)
        text += "Date: " + httpDate() + "\r\n";
    if (!request_.keepAlive)
        text += "Connection: close\r\n";
    return text;
}

awaitable<bool> Http1Exchange::begin(AnswerHead head) {
    const bool empty = request_.head || head.status == 204 || head.status == 304;
    if (!head.length && !request_.http11)
        request_.keepAlive = false; // its end is the end of the connection
    std::string text = headText(head);
    chunked_ = !head.length && request_.http11 && !empty;
    if (chunked_)
        text += "Transfer-Encoding: chunked\r\n";
    else if (head.length && head.status != 204)
        text += std::format("Content-Length: {}\r\n", *head.length);
    text += "\r\n";
    const bool written = co_await stream_.write(text);
    broken_ = !written;
    co_return written;
}

awaitable<bool> Http1Exchange::send(std::string_view data) {
    if (data.empty() || request_.head)
        co_return true;
    bool written = false;
    if (chunked_) {
        const std::string size = std::format("{:x}\r\n", data.size());
        const std::array<asio::const_buffer, 3> parts{asio::buffer(size), asio::buffer(data), asio::buffer("\r\n", 2)};
        const auto [error, count] = co_await asio::async_write(stream_.socket, parts, tuple);
        written = !error;
    } else {
        written = co_await stream_.write(data);
    }
    broken_ = broken_ || !written;
    co_return written;
}

awaitable<bool> Http1Exchange::finish() {
    finished_ = true;
    if (chunked_ && !co_await stream_.write("0\r\n\r\n"))
        broken_ = true;
    co_return !broken_;
}

awaitable<bool> Http1Exchange::reply(AnswerHead head, std::string body) {
    std::string text = headText(head);
    if (head.status != 204 && head.status != 304)
        text += std::format("Content-Length: {}\r\n", body.size());
    text += "\r\n";
    constexpr std::size_t small = 16 * 1024; // one write is one TLS record
    if (!request_.head && body.size() < small)
        text += body;
    const std::size_t rest = request_.head || body.size() < small ? 0 : body.size();
    const std::array<asio::const_buffer, 2> parts{asio::buffer(text), asio::buffer(body.data(), rest)};
    stream_.deadline.arm(answerLimit); // a client that does not read holds the answer's memory
    const auto [error, count] = co_await asio::async_write(stream_.socket, parts, tuple);
    stream_.deadline.disarm();
    finished_ = true;
    broken_ = static_cast<bool>(error);
    co_return !error;
}

awaitable<std::optional<std::string>> Http1Exchange::receive() {
    if (body_ == nullptr)
        co_return std::string();
    co_return co_await body_->next();
}

awaitable<void> Http1Exchange::watch(Http1Stream& stream, std::shared_ptr<Watching> watching) {
    // What the client sends on is its next request, and is kept.
    while (!watching->stop && stream.buffer.size() < largestHeader) {
        const auto [error, size] = co_await stream.socket.async_read_some(stream.buffer.prepare(4096), tuple);
        stream.buffer.commit(size);
        if (error && watching->stop && error == asio::error::operation_aborted)
            break;
        if (error) {
            watching->gone();
            break;
        }
    }
    watching->running = false;
}

void Http1Exchange::watchClient(std::function<void()> gone) {
    watching_ = std::make_shared<Watching>(std::move(gone));
    asio::co_spawn(stream_.socket.get_executor(), watch(stream_, watching_), asio::detached);
}

/// The reader still uses the stream: it is called back, and when it does not come the connection goes with it.
awaitable<void> Http1Exchange::unwatchClient() {
    if (!watching_)
        co_return;
    const auto watching = std::exchange(watching_, nullptr);
    watching->stop = true;
    error_code ignored;
    asio::steady_timer pause(stream_.socket.get_executor());
    for (int tries = 0; watching->running; ++tries) {
        if (tries % 20 == 0)
            tries == 0 ? stream_.socket.next_layer().cancel(ignored) : stream_.socket.next_layer().close(ignored);
        pause.expires_after(std::chrono::milliseconds(tries < 20 ? 1 : 20));
        co_await pause.async_wait(tuple);
    }
}

bool Http1Exchange::keepsConnection() const {
    return finished_ && !broken_ && request_.keepAlive && (body_ == nullptr || body_->complete());
}

} // namespace slipway::apiserver
