#pragma once

#include "cluster/agent/server/remote_streams.h"
#include "cluster/wire/spdy_session.h"

#include <boost/asio/steady_timer.hpp>

namespace slipway::agent {

/// A SPDY session on a byte stream. One coroutine reads; any number may send and flush.
class SpdyLink {
public:
    SpdyLink(ByteStream& bytes, const asio::any_io_executor& executor)
        : bytes_(bytes), idle_(executor, asio::steady_timer::time_point::max()) {}

    wire::SpdySession& session() { return session_; }
    /// What the client did next; empty once it is gone or has broken the protocol.
    asio::awaitable<std::vector<wire::SpdyEvent>> read();
    /// Sends what the session has to say; comes back when all is sent. False when the client is gone.
    asio::awaitable<bool> flush();
    bool connected() const { return bytes_.connected(); }

private:
    ByteStream& bytes_;
    wire::SpdySession session_{wire::SpdySession::Role::server};
    asio::steady_timer idle_; ///< runs out when nobody flushes any more
    bool flushing_ = false, alive_ = true;
};

/// Waits for the streams that a client of exec or attach opens. Null when it goes before; how long it may take
/// is the byte stream's own time limit.
asio::awaitable<std::unique_ptr<RemoteStreams>> acceptSpdyStreams(SpdyLink& link, wire::ExecProtocol protocol,
                                                                  WantedStreams wanted);

} // namespace slipway::agent
