#include "cluster/wire/spdy_session.h"

namespace slipway::wire {
namespace {

constexpr std::size_t largestData = 32 * 1024;

} // namespace

std::expected<std::vector<SpdyEvent>, SpdyError> SpdySession::receive(std::string_view bytes) {
    std::vector<SpdyEvent> events;
    reader_.feed(bytes);
    for (;;) {
        const auto frame = reader_.next();
        if (!frame)
            return std::unexpected(frame.error());
        if (!*frame)
            return events;
        if (auto taken = take(**frame, events); !taken)
            return std::unexpected(taken.error());
    }
}

std::expected<void, SpdyError> SpdySession::take(const SpdyFrame& frame, std::vector<SpdyEvent>& events) {
    switch (frame.type) {
    case SpdyFrameType::data:
        takeData(frame, events);
        break;
    case SpdyFrameType::synStream:
    case SpdyFrameType::synReply:
    case SpdyFrameType::headers:
        return takeHeaders(frame, events);
    case SpdyFrameType::rstStream:
        if (streams_.erase(frame.stream) != 0)
            events.push_back({SpdyEvent::Kind::reset, frame.stream, {}, {}});
        break;
    case SpdyFrameType::ping:
        if (isPeers(frame.stream))
            output_ += spdyPing(frame.stream);
        break;
    case SpdyFrameType::goAway:
        events.push_back({SpdyEvent::Kind::goAway, 0, {}, {}});
        break;
    default:
        break; // settings and windows: TCP does it
    }
    return {};
}

std::expected<void, SpdyError> SpdySession::takeHeaders(const SpdyFrame& frame, std::vector<SpdyEvent>& events) {
    // Blocks of refused streams are read too: the compression state goes on.
    auto headers = decompressor_.decompress(frame.payload);
    if (!headers)
        return std::unexpected(SpdyError::headerBlock);
    if (frame.type == SpdyFrameType::synStream) {
        opened(frame, std::move(*headers), events);
        return {};
    }
    const auto known = streams_.find(frame.stream);
    if (known == streams_.end())
        return {};
    if (frame.type == SpdyFrameType::synReply)
        events.push_back({SpdyEvent::Kind::replied, frame.stream, std::move(*headers), {}});
    if ((frame.flags & SpdyFrame::fin) != 0)
        peerEnded(frame.stream, events);
    return {};
}

void SpdySession::opened(const SpdyFrame& frame, SpdyHeaders headers, std::vector<SpdyEvent>& events) {
    if (!isPeers(frame.stream) || frame.stream <= lastPeerStream_ || streams_.contains(frame.stream)) {
        output_ += spdyRstStream(frame.stream, SpdyStatus::protocolError);
        return;
    }
    lastPeerStream_ = frame.stream;
    if (streams_.size() >= mostStreams) {
        output_ += spdyRstStream(frame.stream, SpdyStatus::refusedStream);
        return;
    }
    streams_[frame.stream] = {};
    events.push_back({SpdyEvent::Kind::opened, frame.stream, std::move(headers), {}});
    if ((frame.flags & SpdyFrame::fin) != 0)
        peerEnded(frame.stream, events);
}

void SpdySession::takeData(const SpdyFrame& frame, std::vector<SpdyEvent>& events) {
    const auto known = streams_.find(frame.stream);
    if (known == streams_.end() || !known->second.receiving) {
        output_ += spdyRstStream(frame.stream,
                                 known == streams_.end() ? SpdyStatus::invalidStream : SpdyStatus::streamAlreadyClosed);
        return;
    }
    if (!frame.payload.empty())
        events.push_back({SpdyEvent::Kind::data, frame.stream, {}, std::string(frame.payload)});
    if ((frame.flags & SpdyFrame::fin) != 0)
        peerEnded(frame.stream, events);
}

void SpdySession::peerEnded(std::uint32_t stream, std::vector<SpdyEvent>& events) {
    const auto known = streams_.find(stream);
    if (known == streams_.end() || !known->second.receiving)
        return;
    known->second.receiving = false;
    events.push_back({SpdyEvent::Kind::ended, stream, {}, {}});
    if (!known->second.sending)
        streams_.erase(known);
}

std::uint32_t SpdySession::open(const SpdyHeaders& headers) {
    const std::uint32_t stream = std::exchange(nextStream_, nextStream_ + 2);
    streams_[stream] = {};
    output_ += spdySynStream(stream, compressor_.compress(headers), false);
    return stream;
}

void SpdySession::reply(std::uint32_t stream, const SpdyHeaders& headers) {
    if (streams_.contains(stream))
        output_ += spdySynReply(stream, compressor_.compress(headers), false);
}

void SpdySession::send(std::uint32_t stream, std::string_view data) {
    const auto known = streams_.find(stream);
    if (known == streams_.end() || !known->second.sending)
        return;
    for (; !data.empty(); data.remove_prefix(std::min(largestData, data.size())))
        output_ += spdyData(stream, data.substr(0, largestData), false);
}

void SpdySession::end(std::uint32_t stream) {
    const auto known = streams_.find(stream);
    if (known == streams_.end() || !known->second.sending)
        return;
    output_ += spdyData(stream, {}, true);
    known->second.sending = false;
    if (!known->second.receiving)
        streams_.erase(known);
}

void SpdySession::reset(std::uint32_t stream, SpdyStatus status) {
    if (streams_.erase(stream) != 0)
        output_ += spdyRstStream(stream, status);
}

void SpdySession::goAway() {
    output_ += spdyGoAway(lastPeerStream_);
}

} // namespace slipway::wire
