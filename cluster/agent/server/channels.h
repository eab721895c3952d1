#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The messages of the WebSocket subprotocols v4.channel.k8s.io and v5.channel.k8s.io: one byte names the channel, the
/// rest is its data. In v5, channel 255 followed by a channel's number closes that channel (KEP-4006).
namespace slipway::agent {

enum class Channel : std::uint8_t { input = 0, output = 1, error = 2, status = 3, resize = 4, close = 255 };

struct TerminalSize {
    unsigned columns = 0, rows = 0;
};

/// What a client's message means.
struct ClientMessage {
    enum class Kind { input, endOfInput, resize, ignored } kind = Kind::ignored;
    std::string_view data; ///< for input; points into the message
    TerminalSize size;
};

/// Reads a client's message; damaged ones are ignored. @p v5 allows closing channels.
ClientMessage parseClientMessage(std::string_view message, bool v5);

/// A message of a channel.
std::string channelMessage(Channel channel, std::string_view data);

/// The final message: metav1.Status for an exit code, as clients of exec expect it. A null code: it could not be run.
std::string exitStatus(std::optional<int> code, const std::string& problem = {});

/// The protocol both sides speak, the newest first; empty when there is none. @p offered: comma-separated.
std::string chooseProtocol(std::string_view offered);

} // namespace slipway::agent
