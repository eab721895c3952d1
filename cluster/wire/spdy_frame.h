#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

/// Frames of SPDY/3.1, the protocol older Kubernetes clients run exec, attach and port-forward over (the SPDY protocol
/// draft 3.1, sections 2.2 and 2.6). Only their outer form: header blocks are spdy_headers.h's business.
namespace slipway::wire {

enum class SpdyFrameType : std::uint16_t {
    data = 0, ///< not a type on the wire: a frame without the control bit
    synStream = 1,
    synReply = 2,
    rstStream = 3,
    settings = 4,
    ping = 6,
    goAway = 7,
    headers = 8,
    windowUpdate = 9
};

/// Why a stream or a session ends early (RST_STREAM).
enum class SpdyStatus : std::uint32_t {
    protocolError = 1,
    invalidStream = 2,
    refusedStream = 3,
    unsupportedVersion = 4,
    cancel = 5,
    internalError = 6,
    streamInUse = 8,
    streamAlreadyClosed = 9
};

enum class SpdyError { version, tooLarge, malformed, headerBlock, tooManyStreams };
std::string_view describe(SpdyError error);

struct SpdyFrame {
    static constexpr std::uint8_t fin = 1;
    SpdyFrameType type = SpdyFrameType::data;
    std::uint8_t flags = 0;
    std::uint32_t stream = 0; ///< data and the frames about a stream; the identifier of a ping
    std::uint32_t status = 0; ///< of rstStream and goAway
    std::string_view payload; ///< data, or a compressed header block; points into the reader's bytes
};

/// Cuts a byte stream into frames. Frames of unknown types are passed over, as the protocol asks.
class SpdyFrameReader {
public:
    static constexpr std::size_t largestFrame = 1 << 20;

    void feed(std::string_view bytes);
    /// The next whole frame, nothing while more bytes are needed. It is valid until the next call of this object.
    std::expected<std::optional<SpdyFrame>, SpdyError> next();

private:
    std::string pending_;
    std::size_t begin_ = 0;
};

std::string spdyData(std::uint32_t stream, std::string_view data, bool fin);
std::string spdySynStream(std::uint32_t stream, std::string_view headerBlock, bool fin);
std::string spdySynReply(std::uint32_t stream, std::string_view headerBlock, bool fin);
std::string spdyRstStream(std::uint32_t stream, SpdyStatus status);
std::string spdyPing(std::uint32_t id);
std::string spdyGoAway(std::uint32_t lastStream);

} // namespace slipway::wire
