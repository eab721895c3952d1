#pragma once

#include "cluster/agent/server/byte_stream.h"
#include "cluster/agent/server/remote_streams.h"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

namespace slipway::agent {

/// A WebSocket as a client of the node opened it (RFC 6455). One coroutine reads and one writes at a time.
class WebSocketConnection {
public:
    virtual ~WebSocketConnection() = default;
    /// The next whole message; nothing once the client is gone.
    virtual asio::awaitable<std::optional<std::string>> read() = 0;
    virtual asio::awaitable<bool> write(std::string_view message) = 0;
    virtual asio::awaitable<void> close() = 0;
    virtual bool connected() const = 0;
};

/// Answers the upgrade. @p protocol is named in the answer when not empty; @p text: messages are text, not binary.
/// Null when the client is gone.
asio::awaitable<std::unique_ptr<WebSocketConnection>>
acceptWebSocket(TlsStream& stream, const beast::http::request<beast::http::string_body>& request,
                const std::string& protocol, bool text);

/// A WebSocket whose binary messages are nothing but pieces of a byte stream.
std::unique_ptr<ByteStream> makeWebSocketByteStream(WebSocketConnection& socket);

/// The channels of exec and attach.
std::unique_ptr<RemoteStreams> makeWebSocketStreams(WebSocketConnection& socket, wire::ExecProtocol protocol);

} // namespace slipway::agent
