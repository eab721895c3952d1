#include "cluster/apiserver/http/http2_connection.h"

#include "cluster/apiserver/http/http2_exchange.h"
#include "cluster/base/random.h"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <map>

namespace slipway::apiserver {
namespace {

constexpr std::uint32_t mostStreams = 250, streamWindow = 256 * 1024;
constexpr std::int32_t connectionWindow = 1 << 20;
// Requests of streams that the client has given up may still be worked on.
constexpr int mostAnswers = 2 * static_cast<int>(mostStreams);
constexpr std::size_t largestWrite = 64 * 1024;

class Http2Connection : public Http2Session, public std::enable_shared_from_this<Http2Connection> {
public:
    Http2Connection(TlsSocket& socket, Deadline& deadline, Answering& answering, Peer peer)
        : socket_(socket)
        , deadline_(deadline)
        , answering_(answering)
        , peer_(std::move(peer))
        , idle_(socket.get_executor(), asio::steady_timer::time_point::max()) {}
    ~Http2Connection() override { nghttp2_session_del(session_); }

    awaitable<void> run() {
        begin();
        const Answering::AtDrain draining(
            answering_, [self = shared_from_this()] { asio::post(self->executor(), [self] { self->goAway(); }); });
        std::vector<char> buffer(32 * 1024);
        while (nghttp2_session_want_read(session_) != 0 || nghttp2_session_want_write(session_) != 0) {
            armDeadline();
            const auto [error, size] = co_await socket_.async_read_some(asio::buffer(buffer), tuple);
            if (error ||
                nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(buffer.data()), size) < 0)
                break;
            flush();
        }
        ended_ = true;
        for (auto& [id, stream] : streams_)
            stream->close();
        streams_.clear();
        // What still writes or answers uses the socket or this object.
        while (writing_ || answers_ > 0)
            co_await idle_.async_wait(tuple);
    }

    nghttp2_session* session() override { return session_; }
    asio::any_io_executor executor() override { return socket_.get_executor(); }
    void flush() override {
        if (writing_ || ended_)
            return;
        writing_ = true;
        asio::co_spawn(executor(), [self = shared_from_this()] { return self->write(); }, asio::detached);
    }

private:
    using Stream = std::shared_ptr<Http2Exchange>;

    static Http2Connection& of(void* user) { return *static_cast<Http2Connection*>(user); }

    void begin() {
        nghttp2_session_callbacks* callbacks = nullptr;
        nghttp2_session_callbacks_new(&callbacks);
        nghttp2_session_callbacks_set_on_begin_headers_callback(
            callbacks,
            [](nghttp2_session*, const nghttp2_frame* frame, void* user) { return of(user).beginHeaders(*frame); });
        nghttp2_session_callbacks_set_on_header_callback(
            callbacks, [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t nameSize,
                          const std::uint8_t* value, std::size_t valueSize, std::uint8_t, void* user) {
                return of(user).header(*frame, {reinterpret_cast<const char*>(name), nameSize},
                                       {reinterpret_cast<const char*>(value), valueSize});
            });
        nghttp2_session_callbacks_set_on_frame_recv_callback(
            callbacks,
            [](nghttp2_session*, const nghttp2_frame* frame, void* user) { return of(user).received(*frame); });
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
            callbacks, [](nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size,
                          void* user) { return of(user).data(id, {reinterpret_cast<const char*>(data), size}); });
        nghttp2_session_callbacks_set_on_stream_close_callback(
            callbacks,
            [](nghttp2_session*, std::int32_t id, std::uint32_t, void* user) { return of(user).closed(id); });
        nghttp2_option* options = nullptr;
        nghttp2_option_new(&options);
        nghttp2_option_set_no_auto_window_update(options,
                                                 1); // bodies that go on to others are taken as those take them
        nghttp2_session_server_new2(&session_, callbacks, this, options);
        nghttp2_option_del(options);
        nghttp2_session_callbacks_del(callbacks);
        const std::array<nghttp2_settings_entry, 3> settings{{{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, mostStreams},
                                                              {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, streamWindow},
                                                              {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, largestHeader}}};
        nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
        nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, connectionWindow);
        flush();
    }

    void goAway() {
        if (ended_)
            return;
        // No new requests; those that are under way come to their end, and then the connection does.
        nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                              NGHTTP2_NO_ERROR, nullptr, 0);
        flush();
    }

    /// A connection may be idle while its streams are, but not while a request is half sent.
    void armDeadline() {
        bool unfinished = false;
        for (const auto& [id, stream] : streams_)
            unfinished = unfinished || !stream->bodyEnded();
        if (streams_.empty())
            deadline_.arm(idleLimit);
        else if (unfinished)
            deadline_.arm(bodyLimit);
        else
            deadline_.disarm();
    }

    Stream find(std::int32_t id) const {
        const auto found = streams_.find(id);
        return found == streams_.end() ? nullptr : found->second;
    }

    int beginHeaders(const nghttp2_frame& frame) {
        if (frame.hd.type != NGHTTP2_HEADERS || frame.headers.cat != NGHTTP2_HCAT_REQUEST)
            return 0;
        auto stream = std::make_shared<Http2Exchange>(*this, frame.hd.stream_id);
        stream->request.method.clear();
        stream->request.certificateUser = peer_.certificateUser;
        stream->request.certificateGroups = peer_.certificateGroups;
        stream->request.remoteAddress = peer_.address;
        stream->request.auditId = base::newUuid();
        streams_[frame.hd.stream_id] = std::move(stream);
        return 0;
    }

    int header(const nghttp2_frame& frame, std::string_view name, std::string_view value) {
        const Stream stream = find(frame.hd.stream_id);
        if (!stream || stream->started)
            return 0; // trailers say nothing here
        stream->headerBytes += name.size() + value.size() + 32;
        if (stream->headerBytes > largestHeader)
            return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
        Request& request = stream->request;
        if (name == ":method")
            request.method = value;
        else if (name == ":path")
            request.target = value;
        else if (name == ":authority")
            request.headers.emplace_back("Host", value);
        if (name.starts_with(':'))
            return 0;
        if (name == "content-type")
            request.contentType = value;
        else if (name == "accept")
            request.accept += (request.accept.empty() ? "" : ",") + std::string(value);
        else if (name == "accept-encoding")
            request.acceptEncoding = value;
        else if (name == "authorization")
            request.authorization = value;
        else if (name == "user-agent")
            request.userAgent = value;
        else if (name == "audit-id" && !value.empty())
            request.auditId = value;
        else if (name == "if-none-match")
            request.ifNoneMatch = value;
        else
            readImpersonation(request, name, value);
        request.headers.emplace_back(name, value);
        return 0;
    }

    int received(const nghttp2_frame& frame) {
        if (frame.hd.type != NGHTTP2_HEADERS && frame.hd.type != NGHTTP2_DATA)
            return 0;
        const Stream stream = find(frame.hd.stream_id);
        if (!stream)
            return 0;
        const bool ends = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
        if (frame.hd.type == NGHTTP2_HEADERS && !stream->started)
            stream->request.bodyFollows = isForwarded(stream->request.target) && !ends;
        if (ends)
            stream->endBody();
        if (!stream->started && (ends || stream->request.bodyFollows || stream->tooLarge))
            start(stream);
        return 0;
    }

    int data(std::int32_t id, std::string_view bytes) {
        if (const Stream stream = find(id)) {
            stream->addBody(bytes);
            if (stream->tooLarge && !stream->started)
                start(stream);
        } else {
            nghttp2_session_consume_connection(session_, bytes.size());
        }
        return 0;
    }

    int closed(std::int32_t id) {
        if (const Stream stream = find(id)) {
            streams_.erase(id);
            nghttp2_session_consume_connection(session_, stream->unreadBody());
            stream->close();
        }
        return 0;
    }

    void start(const Stream& stream) {
        stream->started = true;
        if (answers_ >= mostAnswers) {
            stream->reset(NGHTTP2_REFUSED_STREAM);
            return;
        }
        ++answers_;
        asio::co_spawn(
            executor(), [self = shared_from_this(), stream] { return self->answer(stream); },
            [self = shared_from_this(), stream](const std::exception_ptr& failed) {
                if (failed)
                    stream->reset(NGHTTP2_INTERNAL_ERROR);
                --self->answers_;
                self->idle_.cancel();
            });
    }

    awaitable<void> answer(Stream stream) {
        const Answering::Busy busy(answering_);
        if (stream->tooLarge) {
            Reply reply = tooLarge();
            co_await stream->reply(headOf(reply), std::move(reply.body));
            co_return;
        }
        Answer made = co_await answering_.handle(*stream, stream->request, false);
        if (!co_await answering_.send(*stream, stream->request, std::move(made)))
            stream->reset(NGHTTP2_INTERNAL_ERROR);
    }

    awaitable<void> write() {
        std::string out;
        while (!ended_) {
            out.clear();
            while (out.size() < largestWrite) {
                const std::uint8_t* bytes = nullptr;
                const ssize_t size = nghttp2_session_mem_send(session_, &bytes);
                if (size <= 0)
                    break;
                out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
            }
            if (out.empty())
                break;
            const auto [error, size] = co_await asio::async_write(socket_, asio::buffer(out), tuple);
            if (error)
                break;
        }
        writing_ = false;
        idle_.cancel();
        if (nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0) {
            error_code ignored; // all is said: the reader need not wait for more
            socket_.next_layer().cancel(ignored);
        }
    }

    TlsSocket& socket_;
    Deadline& deadline_;
    Answering& answering_;
    const Peer peer_;
    asio::steady_timer idle_; ///< runs out when a write or an answer is over
    nghttp2_session* session_ = nullptr;
    std::map<std::int32_t, Stream> streams_;
    int answers_ = 0;
    bool writing_ = false, ended_ = false;
};

} // namespace

awaitable<void> serveHttp2(TlsSocket& socket, Deadline& deadline, Answering& answering, Peer peer) {
    const auto connection = std::make_shared<Http2Connection>(socket, deadline, answering, std::move(peer));
    co_await connection->run();
}

} // namespace slipway::apiserver
