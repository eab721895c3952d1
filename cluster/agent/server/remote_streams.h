#pragma once

#include "cluster/agent/server/byte_stream.h"
#include "cluster/wire/channels.h"
#include "cluster/wire/subprotocols.h"

#include <optional>

namespace slipway::agent {

/// The streams of one exec or attach as the client sees them, whatever carries them.
/// One coroutine reads and one writes at a time.
class RemoteStreams {
public:
    virtual ~RemoteStreams() = default;
    /// What the client does next; nothing once it is gone.
    virtual asio::awaitable<std::optional<wire::ClientMessage>> read() = 0;
    /// Sends output (Channel::output, Channel::error); false when the client is gone.
    virtual asio::awaitable<bool> write(wire::Channel channel, std::string_view data) = 0;
    /// Tells how it ended, as wire::exitStatus() takes it, and ends the streams.
    virtual asio::awaitable<void> finish(std::optional<int> code, const std::string& problem) = 0;
    /// Whether the client is still there, told without reading.
    virtual bool connected() const = 0;
};

/// Which streams a client asked for.
struct WantedStreams {
    bool input = false, output = true, error = true, tty = false;
};

} // namespace slipway::agent
