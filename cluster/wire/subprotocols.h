#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The names clients and servers agree on before streams flow: Sec-WebSocket-Protocol, X-Stream-Protocol-Version.
namespace slipway::wire {

/// How the streams of an exec or attach are spoken.
struct ExecProtocol {
    std::string name; ///< as it was offered; empty: none was
    int version = 1;  ///< 1 to 5; from 4 on the end is told as a Status, from 5 on a WebSocket's channels can be closed
    bool base64 = false; ///< WebSocket messages are text: a digit for the channel, then base64
};

/// The words of a comma-separated list.
std::vector<std::string> offeredProtocols(std::string_view list);

/// The first of a WebSocket client's offers that is known for exec and attach; nothing when it offers only others.
std::optional<ExecProtocol> chooseWebSocketExec(const std::vector<std::string>& offered);
/// The same for SPDY.
std::optional<ExecProtocol> chooseSpdyExec(const std::vector<std::string>& offered);

/// Port-forward over a WebSocket: SPDY inside its messages (KEP-4006), or two channels for each port.
struct PortForwardProtocol {
    std::string name;
    bool tunnelled = false; ///< SPDY/3.1 runs inside the WebSocket
    bool base64 = false;
};
std::optional<PortForwardProtocol> chooseWebSocketPortForward(const std::vector<std::string>& offered);

/// What Kubernetes says when none of the offers is known.
std::string cannotNegotiate(const std::vector<std::string>& offered, const std::vector<std::string_view>& known);

extern const std::vector<std::string_view> spdyExecProtocols, spdyPortForwardProtocols;

} // namespace slipway::wire
