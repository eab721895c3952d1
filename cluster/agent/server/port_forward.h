#pragma once

#include "cluster/agent/server/byte_stream.h"
#include "cluster/agent/server/websocket.h"

#include <vector>

namespace slipway::agent {

/// Where a port-forward leads.
struct ForwardTarget {
    std::string podId, podUid;    ///< for messages
    std::string networkNamespace; ///< of the pod; empty: the node's own
};

/// Port-forward over SPDY (portforward.k8s.io): each connection of the client's is a pair of streams with the same
/// requestID, one for data and one for an error. Ends when the client goes.
asio::awaitable<void> forwardOverSpdy(ByteStream& bytes, ForwardTarget target);

/// Port-forward over WebSocket channels: two for each of @p ports, data and error, whose first message is the port's
/// number. One connection for each port. Ends when the client goes or all connections have ended.
asio::awaitable<void> forwardOverChannels(WebSocketConnection& socket, std::vector<unsigned short> ports, bool base64,
                                          ForwardTarget target);

} // namespace slipway::agent
