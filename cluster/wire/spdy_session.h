#pragma once

#include "cluster/wire/spdy_frame.h"
#include "cluster/wire/spdy_headers.h"

#include <map>
#include <utility>
#include <vector>

namespace slipway::wire {

/// Something the peer did.
struct SpdyEvent {
    enum class Kind {
        opened,  ///< a new stream; headers
        replied, ///< it answered a stream of ours; headers
        data,    ///< data, never empty
        ended,   ///< it sends no more on this stream
        reset,   ///< it gave the stream up
        goAway   ///< it wants no more streams
    };
    Kind kind = Kind::data;
    std::uint32_t stream = 0;
    SpdyHeaders headers;
    std::string data;
};

/// One side of a SPDY/3.1 session without any input or output: bytes go in, events and bytes to send come out. Like the
/// streaming libraries of Kubernetes it leaves flow control to TCP: whoever drives it stops reading while it cannot get
/// rid of what it has read. Not thread-safe.
class SpdySession {
public:
    enum class Role { client, server };
    /// How many streams a peer may have open at once; more are refused.
    static constexpr std::size_t mostStreams = 2000;

    explicit SpdySession(Role role) : role_(role), nextStream_(role == Role::client ? 1 : 2) {}

    /// Takes in bytes of the peer. After an error the session is of no use any more.
    std::expected<std::vector<SpdyEvent>, SpdyError> receive(std::string_view bytes);

    /// Opens a stream of our own.
    std::uint32_t open(const SpdyHeaders& headers);
    /// Accepts a stream of the peer's.
    void reply(std::uint32_t stream, const SpdyHeaders& headers = {});
    /// Sends on a stream; on one that is gone nothing happens.
    void send(std::uint32_t stream, std::string_view data);
    /// Sends no more on a stream.
    void end(std::uint32_t stream);
    void reset(std::uint32_t stream, SpdyStatus status);
    void goAway();

    /// What is to be sent to the peer, in order.
    std::string takeOutput() { return std::exchange(output_, {}); }
    bool hasOutput() const { return !output_.empty(); }
    /// Streams that are open in at least one direction.
    std::size_t streams() const { return streams_.size(); }

private:
    struct Stream {
        bool sending = true, receiving = true;
    };
    std::expected<void, SpdyError> take(const SpdyFrame& frame, std::vector<SpdyEvent>& events);
    std::expected<void, SpdyError> takeHeaders(const SpdyFrame& frame, std::vector<SpdyEvent>& events);
    void opened(const SpdyFrame& frame, SpdyHeaders headers, std::vector<SpdyEvent>& events);
    void takeData(const SpdyFrame& frame, std::vector<SpdyEvent>& events);
    void peerEnded(std::uint32_t stream, std::vector<SpdyEvent>& events);
    bool isPeers(std::uint32_t id) const { return (id % 2 == 1) == (role_ == Role::server); }

    const Role role_;
    std::uint32_t nextStream_, lastPeerStream_ = 0;
    SpdyFrameReader reader_;
    SpdyHeaderCompressor compressor_;
    SpdyHeaderDecompressor decompressor_;
    std::map<std::uint32_t, Stream> streams_;
    std::string output_;
};

} // namespace slipway::wire
