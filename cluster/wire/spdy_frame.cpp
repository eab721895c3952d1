#include "cluster/wire/spdy_frame.h"

namespace slipway::wire {
namespace {

constexpr std::size_t headSize = 8;
constexpr unsigned version = 3;

std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t size = 4) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value << 8 | static_cast<std::uint8_t>(bytes[at + i]);
    return value;
}

void append(std::string& out, std::uint32_t value, int size = 4) {
    for (int i = size - 1; i >= 0; --i)
        out += static_cast<char>(value >> (8 * i));
}

std::string control(SpdyFrameType type, std::uint8_t flags, std::size_t size) {
    std::string out;
    out.reserve(headSize + size);
    append(out, 0x8000U | version, 2);
    append(out, static_cast<std::uint32_t>(type), 2);
    out += static_cast<char>(flags);
    append(out, static_cast<std::uint32_t>(size), 3);
    return out;
}

/// How many bytes stand before the header block, or make the whole payload of a frame without one.
std::size_t fixedSize(SpdyFrameType type) {
    switch (type) {
    case SpdyFrameType::synStream:
        return 10;
    case SpdyFrameType::synReply:
    case SpdyFrameType::headers:
    case SpdyFrameType::ping:
        return 4;
    case SpdyFrameType::rstStream:
    case SpdyFrameType::goAway:
    case SpdyFrameType::windowUpdate:
        return 8;
    default:
        return 0;
    }
}

std::optional<SpdyFrame> controlFrame(std::uint16_t type, std::uint8_t flags, std::string_view payload) {
    SpdyFrame frame{static_cast<SpdyFrameType>(type), flags, 0, 0, {}};
    const std::size_t fixed = fixedSize(frame.type);
    if (payload.size() < fixed)
        return std::nullopt;
    if (fixed >= 4)
        frame.stream = number(payload, 0) & (frame.type == SpdyFrameType::ping ? 0xffffffffU : 0x7fffffffU);
    if (fixed == 8)
        frame.status = number(payload, 4);
    frame.payload = payload.substr(fixed);
    return frame;
}

} // namespace

std::string_view describe(SpdyError error) {
    switch (error) {
    case SpdyError::version:
        return "a frame of another version of SPDY";
    case SpdyError::tooLarge:
        return "a frame is too large";
    case SpdyError::malformed:
        return "a malformed frame";
    case SpdyError::headerBlock:
        return "a header block that cannot be read";
    case SpdyError::tooManyStreams:
        return "too many streams";
    }
    return "";
}

void SpdyFrameReader::feed(std::string_view bytes) {
    pending_.erase(0, begin_);
    begin_ = 0;
    pending_ += bytes;
}

std::expected<std::optional<SpdyFrame>, SpdyError> SpdyFrameReader::next() {
    for (;;) {
        const std::string_view rest = std::string_view(pending_).substr(begin_);
        if (rest.size() < headSize)
            return std::nullopt;
        const std::size_t size = number(rest, 5, 3);
        if (size > largestFrame)
            return std::unexpected(SpdyError::tooLarge);
        if (rest.size() < headSize + size)
            return std::nullopt;
        begin_ += headSize + size;
        const auto flags = static_cast<std::uint8_t>(rest[4]);
        const std::string_view payload = rest.substr(headSize, size);
        if ((rest[0] & 0x80) == 0)
            return SpdyFrame{SpdyFrameType::data, flags, number(rest, 0), 0, payload};
        if ((number(rest, 0, 2) & 0x7fffU) != version)
            return std::unexpected(SpdyError::version);
        const auto type = static_cast<std::uint16_t>(number(rest, 2, 2));
        if (type == 0 || type == 5 || type > static_cast<std::uint16_t>(SpdyFrameType::windowUpdate))
            continue;
        auto frame = controlFrame(type, flags, payload);
        return frame ? std::expected<std::optional<SpdyFrame>, SpdyError>(frame)
                     : std::unexpected(SpdyError::malformed);
    }
}

std::string spdyData(std::uint32_t stream, std::string_view data, bool fin) {
    std::string out;
    out.reserve(headSize + data.size());
    append(out, stream & 0x7fffffffU);
    out += static_cast<char>(fin ? SpdyFrame::fin : 0);
    append(out, static_cast<std::uint32_t>(data.size()), 3);
    return out += data;
}

std::string spdySynStream(std::uint32_t stream, std::string_view headerBlock, bool fin) {
    std::string out = control(SpdyFrameType::synStream, fin ? SpdyFrame::fin : 0, 10 + headerBlock.size());
    append(out, stream);
    append(out, 0);    // associated with no other stream
    append(out, 0, 2); // priority and slot
    return out += headerBlock;
}

std::string spdySynReply(std::uint32_t stream, std::string_view headerBlock, bool fin) {
    std::string out = control(SpdyFrameType::synReply, fin ? SpdyFrame::fin : 0, 4 + headerBlock.size());
    append(out, stream);
    return out += headerBlock;
}

std::string spdyRstStream(std::uint32_t stream, SpdyStatus status) {
    std::string out = control(SpdyFrameType::rstStream, 0, 8);
    append(out, stream);
    append(out, static_cast<std::uint32_t>(status));
    return out;
}

std::string spdyPing(std::uint32_t id) {
    std::string out = control(SpdyFrameType::ping, 0, 4);
    append(out, id);
    return out;
}

std::string spdyGoAway(std::uint32_t lastStream) {
    std::string out = control(SpdyFrameType::goAway, 0, 8);
    append(out, lastStream);
    append(out, 0);
    return out;
}

} // namespace slipway::wire
