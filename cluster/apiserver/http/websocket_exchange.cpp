#include "cluster/apiserver/http/websocket_exchange.h"

#include "cluster/api/base64.h"
#include "cluster/wire/subprotocols.h"
#include "cluster/wire/websocket_frame.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/beast/core/string.hpp>
#include <format>

namespace slipway::apiserver {
namespace {

using wire::WebSocketOpcode;

constexpr std::size_t largestClientFrame = 64 * 1024; // clients have nothing to say here

class WebSocketExchange : public Exchange {
public:
    WebSocketExchange(Http1Stream& stream, Http1Exchange& plain, std::string key, std::string protocol, bool lines)
        : stream_(stream)
        , plain_(plain)
        , key_(std::move(key))
        , protocol_(std::move(protocol))
        , lines_(lines)
        , base64_(protocol_.starts_with("base64.")) {}

    awaitable<bool> begin(AnswerHead head) override {
        if (head.status / 100 != 2) {
            refused_ = true;
            co_return co_await plain_.begin(std::move(head));
        }
        for (const auto& [name, value] : head.headers)
            text_ = text_ || (beast::iequals(name, "Content-Type") && lines_ && !value.contains("protobuf"));
        std::string answer = std::format("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                         "Connection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n",
                                         wire::webSocketAccept(key_));
        if (!protocol_.empty())
            answer += "Sec-WebSocket-Protocol: " + protocol_ + "\r\n";
        answer += "\r\n";
        co_return co_await stream_.write(answer);
    }

    awaitable<bool> send(std::string_view data) override {
        if (refused_)
            co_return co_await plain_.send(data);
        std::string frames;
        if (!text_) {
            frames = base64_ ? wire::webSocketFrame(WebSocketOpcode::text, api::encodeBase64(data))
                             : wire::webSocketFrame(WebSocketOpcode::binary, data);
        }
        while (text_ && !data.empty()) {
            const std::size_t end = std::min(data.find('\n'), data.size() - 1) + 1;
            frames += wire::webSocketFrame(WebSocketOpcode::text, data.substr(0, end));
            data.remove_prefix(end);
        }
        co_return co_await write(std::move(frames));
    }

    awaitable<bool> finish() override {
        constexpr unsigned short normal = 1000;
        if (refused_)
            co_return co_await plain_.finish();
        co_return co_await write(wire::webSocketClose(normal));
    }

    awaitable<bool> reply(AnswerHead head, std::string body) override {
        return plain_.reply(std::move(head), std::move(body));
    }
    awaitable<std::optional<std::string>> receive() override { co_return std::string(); }

    void watchClient(std::function<void()> gone) override {
        reading_ = std::make_shared<Reading>(std::move(gone));
        asio::co_spawn(stream_.socket.get_executor(), read(stream_, reading_, *this), asio::detached);
    }

    awaitable<void> unwatchClient() override {
        const auto reading = std::exchange(reading_, nullptr);
        if (!reading)
            co_return;
        reading->stop = true;
        error_code ignored;
        asio::steady_timer pause(stream_.socket.get_executor());
        stream_.socket.next_layer().cancel(ignored);
        for (int tries = 0; reading->running; ++tries) {
            if (tries == 100)
                stream_.socket.next_layer().close(ignored);
            pause.expires_after(std::chrono::milliseconds(2));
            co_await pause.async_wait(tuple);
        }
    }

private:
    struct Reading {
        std::function<void()> gone;
        bool running = true, stop = false;
        std::string pong;
    };

    /// The client's pings are answered, its close ends the stream; whatever else it sends is passed over.
    static awaitable<void> read(Http1Stream& stream, std::shared_ptr<Reading> reading, WebSocketExchange& own) {
        wire::WebSocketFrameReader frames(largestClientFrame);
        bool gone = false;
        while (!gone && !reading->stop) {
            if (stream.buffer.size() == 0) {
                const bool more = co_await stream.readMore();
                if (!more)
                    gone = !reading->stop;
                if (!more)
                    break;
            }
            frames.feed({static_cast<const char*>(stream.buffer.cdata().data()), stream.buffer.size()});
            stream.buffer.consume(stream.buffer.size());
            for (auto frame = frames.next(); !gone; frame = frames.next()) {
                gone = !frame || (*frame && (*frame)->opcode == WebSocketOpcode::close);
                if (gone || !*frame)
                    break;
                if ((*frame)->opcode == WebSocketOpcode::ping && !own.writing_)
                    co_await own.write(wire::webSocketFrame(WebSocketOpcode::pong, (*frame)->payload));
            }
        }
        if (gone)
            reading->gone();
        reading->running = false;
    }

    /// One writer at a time: the stream, or an answer to a ping.
    awaitable<bool> write(std::string bytes) {
        asio::steady_timer turn(stream_.socket.get_executor());
        while (writing_) {
            turn.expires_after(std::chrono::milliseconds(1));
            co_await turn.async_wait(tuple);
        }
        writing_ = true;
        const bool written = co_await stream_.write(bytes);
        writing_ = false;
        co_return written;
    }

    Http1Stream& stream_;
    Http1Exchange& plain_;
    const std::string key_, protocol_;
    const bool lines_, base64_;
    bool text_ = false, refused_ = false, writing_ = false;
    std::shared_ptr<Reading> reading_;
};

} // namespace

std::unique_ptr<Exchange> makeWebSocketExchange(Http1Stream& stream, Http1Exchange& plain, const Request& request,
                                                bool lines) {
    std::string key(headerOf(request, "Sec-WebSocket-Key"));
    if (key.empty() || !beast::iequals(headerOf(request, "Upgrade"), "websocket"))
        return nullptr;
    const auto offered = wire::offeredProtocols(headerOf(request, "Sec-WebSocket-Protocol"));
    std::string protocol;
    for (const std::string& one : offered)
        if (protocol.empty() && (lines || one == "binary.k8s.io" || one == "base64.binary.k8s.io"))
            protocol = one;
    return std::make_unique<WebSocketExchange>(stream, plain, std::move(key), std::move(protocol), lines);
}

} // namespace slipway::apiserver
