#pragma once

#include "cluster/apiserver/http/http1_exchange.h"
#include "cluster/apiserver/request.h"

namespace slipway::apiserver {

/// Answers a WebSocket client's GET of a stream with messages: one for each line of a watch (@p lines), or the pieces
/// of a log. What is not a 2xx answer is sent as plain HTTP. Null when the request is no WebSocket handshake.
std::unique_ptr<Exchange> makeWebSocketExchange(Http1Stream& stream, Http1Exchange& plain, const Request& request,
                                                bool lines);

} // namespace slipway::apiserver
