#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The messages of the WebSocket subprotocols (base64.)channel.k8s.io, v4 and v5: one byte names the channel, the rest
/// is its data. In v5, channel 255 followed by a channel's number closes that channel (KEP-4006). The base64 forms are
/// text: the channel is a digit, the data base64.
namespace slipway::wire {

enum class Channel : std::uint8_t { input = 0, output = 1, error = 2, status = 3, resize = 4, close = 255 };

struct TerminalSize {
    unsigned columns = 0, rows = 0;
    friend bool operator==(const TerminalSize&, const TerminalSize&) = default;
};

/// What a client's message means.
struct ClientMessage {
    enum class Kind { input, endOfInput, resize, ignored } kind = Kind::ignored;
    std::string data; ///< for input
    TerminalSize size;
};

/// Reads a client's message; damaged ones are ignored. @p v5 allows closing channels.
ClientMessage parseClientMessage(std::string_view message, bool v5);

/// A terminal's size as clients send it: {"Width":80,"Height":24}. Nothing for anything else.
std::optional<TerminalSize> parseTerminalSize(std::string_view json);

/// A message of a channel.
std::string channelMessage(unsigned channel, std::string_view data, bool base64 = false);
inline std::string channelMessage(Channel channel, std::string_view data, bool base64 = false) {
    return channelMessage(static_cast<unsigned>(channel), data, base64);
}

/// The binary form of a base64 message; nothing for a damaged one.
std::optional<std::string> decodeBase64Message(std::string_view message);

} // namespace slipway::wire
