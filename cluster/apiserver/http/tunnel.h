#pragma once

#include "cluster/apiserver/http/forwarding.h"
#include "cluster/apiserver/http/http1_exchange.h"

namespace slipway::apiserver {

/// Sends the client a backend's agreement and joins the two connections, byte for byte, until either ends.
awaitable<void> joinTunnel(Http1Stream& client, Upgraded upgraded);

} // namespace slipway::apiserver
