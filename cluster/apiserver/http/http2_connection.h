#pragma once

#include "cluster/apiserver/http/answering.h"

namespace slipway::apiserver {

/// Serves an HTTP/2 connection (RFC 9113): many requests and streams at once, with flow control, until either side ends
/// it. When the server drains, the client is told to go elsewhere (GOAWAY). The stream and the deadline live longer.
awaitable<void> serveHttp2(TlsSocket& stream, Deadline& deadline, Answering& answering, Peer peer);

} // namespace slipway::apiserver
