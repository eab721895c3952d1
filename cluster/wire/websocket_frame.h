#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

/// WebSocket frames as a server reads and writes them (RFC 6455, section 5).
namespace slipway::wire {

enum class WebSocketOpcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// The Sec-WebSocket-Accept value for a client's Sec-WebSocket-Key.
std::string webSocketAccept(std::string_view key);

/// A whole message in one unmasked frame.
std::string webSocketFrame(WebSocketOpcode opcode, std::string_view payload);
/// A close frame with a status code (1000: normal).
std::string webSocketClose(unsigned short code);

enum class WebSocketError { unmasked, reserved, tooLarge };

struct WebSocketFrame {
    WebSocketOpcode opcode = WebSocketOpcode::continuation;
    bool fin = true;
    std::string payload; ///< unmasked
};

/// Cuts what a client sends into frames.
class WebSocketFrameReader {
public:
    explicit WebSocketFrameReader(std::size_t largestPayload) : largest_(largestPayload) {}
    void feed(std::string_view bytes) { pending_ += bytes; }
    /// The next whole frame, nothing while more bytes are needed.
    std::expected<std::optional<WebSocketFrame>, WebSocketError> next();

private:
    const std::size_t largest_;
    std::string pending_;
};

} // namespace slipway::wire
