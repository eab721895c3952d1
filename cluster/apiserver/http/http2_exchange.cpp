#include "cluster/apiserver/http/http2_exchange.h"

#include "cluster/apiserver/http/date.h"

#include <algorithm>
#include <cstring>

namespace slipway::apiserver {
namespace {

constexpr std::size_t mostWaitingOutput = 256 * 1024;

nghttp2_nv fieldOf(const std::string& name, const std::string& value) {
    return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
            reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(),
            NGHTTP2_NV_FLAG_NONE};
}

} // namespace

bool Http2Exchange::submit(const AnswerHead& head, std::optional<std::uint64_t> length, bool withBody) {
    if (closed())
        return false;
    HeaderList list{{":status", std::to_string(head.status)}};
    bool dated = false;
    for (const auto& [name, value] : head.headers) {
        list.emplace_back(lowered(name), value);
        dated = dated || list.back().first == "date";
    }
    for (const auto& [name, value] : carried_)
        list.emplace_back(lowered(name), value);
    if (!dated)
        list.emplace_back("date", httpDate());
    if (length && head.status != 204 && head.status != 304)
        list.emplace_back("content-length", std::to_string(*length));
    std::vector<nghttp2_nv> fields;
    for (const auto& [name, value] : list)
        fields.push_back(fieldOf(name, value));
    nghttp2_data_provider provider{{.ptr = this}, &Http2Exchange::readOutput};
    const int result = nghttp2_submit_response(connection_->session(), id_, fields.data(), fields.size(),
                                               withBody ? &provider : nullptr);
    connection_->flush();
    return result == 0;
}

awaitable<bool> Http2Exchange::begin(AnswerHead head) {
    const bool empty = request.method == "HEAD" || head.status == 204 || head.status == 304;
    outputEnded_ = empty;
    co_return submit(head, head.length, !empty);
}

awaitable<bool> Http2Exchange::send(std::string_view data) {
    if (closed())
        co_return false;
    if (outputEnded_)
        co_return true; // an answer without a body
    output_ += data;
    resume();
    while (!closed() && output_.size() - sent_ > mostWaitingOutput)
        co_await room_.async_wait(tuple);
    co_return !closed();
}

awaitable<bool> Http2Exchange::finish() {
    outputEnded_ = true;
    resume();
    co_return !closed();
}

awaitable<bool> Http2Exchange::reply(AnswerHead head, std::string body) {
    const std::uint64_t length = body.size();
    const bool empty = request.method == "HEAD" || body.empty();
    if (!empty)
        output_ = std::move(body);
    outputEnded_ = true;
    if (!submit(head, length, !empty))
        co_return false;
    // Whoever answers counts the memory of answers: it goes on once this one is nearly sent.
    room_.expires_after(answerLimit);
    while (!closed() && output_.size() - sent_ > mostWaitingOutput)
        if (const auto [error] = co_await room_.async_wait(tuple); !error)
            co_return false; // it does not read
    co_return true;
}

awaitable<std::optional<std::string>> Http2Exchange::receive() {
    while (waitingBody_.empty() && !bodyEnded_ && !closed())
        co_await input_.async_wait(tuple);
    if (waitingBody_.empty())
        co_return bodyEnded_ ? std::optional<std::string>(std::in_place) : std::nullopt;
    std::string piece = std::exchange(waitingBody_, {});
    if (!closed()) { // now the client may send more
        nghttp2_session_consume(connection_->session(), id_, piece.size());
        connection_->flush();
    }
    co_return piece;
}

void Http2Exchange::watchClient(std::function<void()> gone) {
    gone_ = std::move(gone);
    if (closed())
        gone_();
}

awaitable<void> Http2Exchange::unwatchClient() {
    gone_ = nullptr;
    co_return;
}

void Http2Exchange::addBody(std::string_view data) {
    if (request.bodyFollows) {
        waitingBody_ += data; // bounded by the stream's window
        input_.cancel();
        return;
    }
    nghttp2_session_consume(connection_->session(), id_, data.size());
    tooLarge = tooLarge || request.body.size() + data.size() > largestBody;
    if (!tooLarge)
        request.body += data;
}

void Http2Exchange::endBody() {
    bodyEnded_ = true;
    input_.cancel();
}

void Http2Exchange::close() {
    connection_ = nullptr;
    room_.cancel();
    input_.cancel();
    if (const auto gone = std::exchange(gone_, nullptr))
        gone();
}

void Http2Exchange::reset(std::uint32_t code) {
    if (closed())
        return;
    nghttp2_submit_rst_stream(connection_->session(), NGHTTP2_FLAG_NONE, id_, code);
    connection_->flush();
}

void Http2Exchange::resume() {
    if (closed())
        return;
    if (std::exchange(deferred_, false))
        nghttp2_session_resume_data(connection_->session(), id_);
    connection_->flush();
}

ssize_t Http2Exchange::readOutput(nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t size,
                                  std::uint32_t* flags, nghttp2_data_source* source, void*) {
    auto& own = *static_cast<Http2Exchange*>(source->ptr);
    const std::size_t count = std::min(size, own.output_.size() - own.sent_);
    std::memcpy(into, own.output_.data() + own.sent_, count);
    own.sent_ += count;
    if (own.sent_ == own.output_.size()) {
        own.output_.clear();
        own.sent_ = 0;
        if (own.outputEnded_)
            *flags |= NGHTTP2_DATA_FLAG_EOF;
        own.room_.cancel();
    }
    if (count == 0 && !own.outputEnded_) {
        own.deferred_ = true;
        return NGHTTP2_ERR_DEFERRED;
    }
    return static_cast<ssize_t>(count);
}

} // namespace slipway::apiserver
