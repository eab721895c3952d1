#pragma once

#include "cluster/apiserver/http/answering.h"

namespace slipway::apiserver {

/// Serves the requests of an HTTP/1.1 connection (RFC 9112) one after another until either side ends it.
/// The stream and the deadline live longer.
awaitable<void> serveHttp1(TlsSocket& stream, Deadline& deadline, Answering& answering, Peer peer);

} // namespace slipway::apiserver
