#include "cluster/wire/websocket_frame.h"

#include "cluster/api/base64.h"

#include <openssl/sha.h>

namespace slipway::wire {

std::string webSocketAccept(std::string_view key) {
    const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
    return api::encodeBase64({reinterpret_cast<const char*>(digest), sizeof digest});
}

std::string webSocketFrame(WebSocketOpcode opcode, std::string_view payload) {
    std::string frame;
    frame.reserve(payload.size() + 10);
    frame += static_cast<char>(0x80U | static_cast<unsigned>(opcode));
    const std::size_t size = payload.size();
    const int bytes = size < 126 ? 0 : size <= 0xffff ? 2 : 8;
    frame += static_cast<char>(bytes == 0 ? size : bytes == 2 ? 126 : 127);
    for (int i = bytes - 1; i >= 0; --i)
        frame += static_cast<char>(size >> (8 * i));
    return frame += payload;
}

std::string webSocketClose(unsigned short code) {
    const char payload[]{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    return webSocketFrame(WebSocketOpcode::close, {payload, 2});
}

std::expected<std::optional<WebSocketFrame>, WebSocketError> WebSocketFrameReader::next() {
    if (pending_.size() < 2)
        return std::nullopt;
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(pending_[i]); };
    const unsigned opcode = byte(0) & 0x0fU;
    const bool control = opcode >= 8;
    if ((byte(0) & 0x70U) != 0 || (opcode > 2 && opcode < 8) || opcode > 10)
        return std::unexpected(WebSocketError::reserved);
    if ((byte(1) & 0x80U) == 0)
        return std::unexpected(WebSocketError::unmasked);
    std::uint64_t size = byte(1) & 0x7fU;
    const std::size_t extra = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (control && (extra != 0 || (byte(0) & 0x80U) == 0))
        return std::unexpected(WebSocketError::reserved);
    const std::size_t head = 2 + extra + 4;
    if (pending_.size() < head)
        return std::nullopt;
    if (extra != 0) {
        size = 0;
        for (std::size_t i = 0; i < extra; ++i)
            size = size << 8 | byte(2 + i);
    }
    if (size > largest_)
        return std::unexpected(WebSocketError::tooLarge);
    if (pending_.size() < head + size)
        return std::nullopt;
    WebSocketFrame frame{static_cast<WebSocketOpcode>(opcode), (byte(0) & 0x80U) != 0, pending_.substr(head, size)};
    for (std::size_t i = 0; i < size; ++i)
        frame.payload[i] = static_cast<char>(frame.payload[i] ^ pending_[head - 4 + i % 4]);
    pending_.erase(0, head + size);
    return frame;
}

} // namespace slipway::wire
