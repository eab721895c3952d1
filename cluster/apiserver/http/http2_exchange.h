#pragma once

#include "cluster/apiserver/http/exchange.h"
#include "cluster/apiserver/request.h"

#include <nghttp2/nghttp2.h>

namespace slipway::apiserver {

/// What a stream needs of its connection.
class Http2Session {
public:
    virtual ~Http2Session() = default;
    virtual nghttp2_session* session() = 0;
    /// Sends what the session has to say, soon.
    virtual void flush() = 0;
    virtual asio::any_io_executor executor() = 0;
};

/// One HTTP/2 stream: a request, its body, and its answer. On the connection's strand only.
class Http2Exchange : public Exchange {
public:
    Http2Exchange(Http2Session& connection, std::int32_t id)
        : connection_(&connection)
        , id_(id)
        , room_(connection.executor(), asio::steady_timer::time_point::max())
        , input_(connection.executor(), asio::steady_timer::time_point::max()) {}

    awaitable<bool> begin(AnswerHead head) override;
    awaitable<bool> send(std::string_view data) override;
    awaitable<bool> finish() override;
    awaitable<bool> reply(AnswerHead head, std::string body) override;
    awaitable<std::optional<std::string>> receive() override;
    void watchClient(std::function<void()> gone) override;
    awaitable<void> unwatchClient() override;

    // Of the connection.
    std::int32_t id() const { return id_; }
    void addBody(std::string_view data);
    void endBody();
    bool bodyEnded() const { return bodyEnded_; }
    std::size_t unreadBody() const { return waitingBody_.size(); }
    bool closed() const { return connection_ == nullptr; }
    /// The stream is over, or the connection is.
    void close();
    /// Gives the stream up.
    void reset(std::uint32_t code);

    Request request;
    std::size_t headerBytes = 0;
    bool started = false;  ///< it is being answered
    bool tooLarge = false; ///< its body is

private:
    bool submit(const AnswerHead& head, std::optional<std::uint64_t> length, bool withBody);
    static ssize_t readOutput(nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t size,
                              std::uint32_t* flags, nghttp2_data_source* source, void*);
    void resume();

    Http2Session* connection_; ///< null once the stream is closed
    const std::int32_t id_;
    std::string output_, waitingBody_;
    std::size_t sent_ = 0; ///< of output_
    bool outputEnded_ = false, deferred_ = false, bodyEnded_ = false;
    asio::steady_timer room_, input_; ///< run out when there is room for output, or input
    std::function<void()> gone_;
};

} // namespace slipway::apiserver
