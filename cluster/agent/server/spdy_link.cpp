#include "cluster/agent/server/spdy_link.h"

#include "cluster/base/log.h"
#include "cluster/wire/exec_status.h"

#include <deque>

namespace slipway::agent {

using wire::Channel;
using wire::ClientMessage;
using wire::SpdyEvent;

asio::awaitable<std::vector<SpdyEvent>> SpdyLink::read() {
    for (;;) {
        const std::string bytes = co_await bytes_.read();
        if (bytes.empty())
            co_return std::vector<SpdyEvent>();
        auto events = session_.receive(bytes);
        if (!events) {
            base::info("agent", "a SPDY session ends: {}", wire::describe(events.error()));
            co_return std::vector<SpdyEvent>();
        }
        if (session_.hasOutput() && !co_await flush())
            co_return std::vector<SpdyEvent>();
        if (!events->empty())
            co_return std::move(*events);
    }
}

asio::awaitable<bool> SpdyLink::flush() {
    while (flushing_)
        co_await idle_.async_wait(tuple);
    if (!session_.hasOutput() || !alive_)
        co_return alive_;
    flushing_ = true;
    while (alive_ && session_.hasOutput()) {
        const std::string bytes = session_.takeOutput();
        alive_ = co_await bytes_.write(bytes);
    }
    flushing_ = false;
    idle_.cancel();
    co_return alive_;
}

namespace {

class SpdyStreams : public RemoteStreams {
public:
    SpdyStreams(SpdyLink& link, wire::ExecProtocol protocol, WantedStreams wanted)
        : link_(link), protocol_(std::move(protocol)), wanted_(wanted) {}

    asio::awaitable<bool> accept() {
        while (!complete()) {
            const auto events = co_await link_.read();
            if (events.empty())
                co_return false;
            for (const SpdyEvent& event : events)
                event.kind == SpdyEvent::Kind::opened ? opened(event) : take(event);
            if (!co_await link_.flush())
                co_return false;
        }
        co_return true;
    }

    asio::awaitable<std::optional<ClientMessage>> read() override {
        while (waiting_.empty()) {
            const auto events = co_await link_.read();
            if (events.empty())
                co_return std::nullopt;
            for (const SpdyEvent& event : events)
                take(event);
        }
        ClientMessage message = std::move(waiting_.front());
        waiting_.pop_front();
        co_return message;
    }

    asio::awaitable<bool> write(Channel channel, std::string_view data) override {
        link_.session().send(channel == Channel::output ? output_ : error_, data);
        return link_.flush();
    }

    asio::awaitable<void> finish(std::optional<int> code, const std::string& problem) override {
        wire::SpdySession& session = link_.session();
        session.send(status_,
                     protocol_.version >= 4 ? wire::exitStatus(code, problem) : wire::exitMessage(code, problem));
        for (const std::uint32_t stream : {status_, output_, error_, input_, resize_})
            session.end(stream);
        co_await link_.flush();
    }

    bool connected() const override { return link_.connected(); }

private:
    /// What the client said it would open; a terminal's size only from the third version on.
    bool complete() const {
        return status_ != 0 && (input_ != 0 || !wanted_.input) && (output_ != 0 || !wanted_.output) &&
               (error_ != 0 || !wanted_.error || wanted_.tty) &&
               (resize_ != 0 || !wanted_.tty || protocol_.version < 3);
    }

    void opened(const SpdyEvent& event) {
        const auto type = event.headers.find("streamtype");
        const std::string name = type == event.headers.end() ? "" : type->second;
        std::uint32_t* place = name == "error"    ? &status_
                               : name == "stdin"  ? &input_
                               : name == "stdout" ? &output_
                               : name == "stderr" ? &error_
                               : name == "resize" ? &resize_
                                                  : nullptr;
        if (place == nullptr || *place != 0) {
            link_.session().reset(event.stream, wire::SpdyStatus::refusedStream);
            return;
        }
        *place = event.stream;
        link_.session().reply(event.stream);
    }

    void take(const SpdyEvent& event) {
        using Kind = ClientMessage::Kind;
        if (event.kind == SpdyEvent::Kind::opened)
            link_.session().reset(event.stream, wire::SpdyStatus::refusedStream);
        else if (event.kind == SpdyEvent::Kind::data && event.stream == input_)
            waiting_.push_back({Kind::input, event.data, {}});
        else if (event.kind == SpdyEvent::Kind::ended && event.stream == input_)
            waiting_.push_back({Kind::endOfInput, {}, {}});
        else if (event.kind == SpdyEvent::Kind::data && event.stream == resize_)
            takeSizes(event.data);
    }

    /// Sizes come as JSON objects one after another.
    void takeSizes(std::string_view data) {
        sizes_ += data;
        for (std::size_t end; (end = sizes_.find('}')) != std::string::npos; sizes_.erase(0, end + 1))
            if (const auto size = wire::parseTerminalSize(sizes_.substr(0, end + 1)))
                waiting_.push_back({ClientMessage::Kind::resize, {}, *size});
        if (sizes_.size() > 1024)
            sizes_.clear();
    }

    SpdyLink& link_;
    const wire::ExecProtocol protocol_;
    const WantedStreams wanted_;
    std::uint32_t status_ = 0, input_ = 0, output_ = 0, error_ = 0, resize_ = 0;
    std::deque<ClientMessage> waiting_;
    std::string sizes_;
};

} // namespace

asio::awaitable<std::unique_ptr<RemoteStreams>> acceptSpdyStreams(SpdyLink& link, wire::ExecProtocol protocol,
                                                                  WantedStreams wanted) {
    auto streams = std::make_unique<SpdyStreams>(link, std::move(protocol), wanted);
    if (!co_await streams->accept())
        co_return nullptr;
    co_return streams;
}

} // namespace slipway::agent
