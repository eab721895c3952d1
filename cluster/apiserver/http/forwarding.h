#pragma once

#include "cluster/apiserver/http/backend.h"
#include "cluster/apiserver/http/exchange.h"

#include <boost/beast/core/flat_buffer.hpp>

namespace slipway::apiserver {

/// A connection that both sides agreed to speak another protocol on.
struct Upgraded {
    std::unique_ptr<Backend> backend;
    std::string answer; ///< the backend's 101 answer, and what came behind it
};

/// Carries a request on and its answer back. When the backend agrees to another protocol and @p upgraded is given, the
/// connection is handed over there instead. False when the client is gone.
awaitable<bool> forward(Exchange& exchange, const Request& request, Forward to, BackendTrust& trust,
                        Upgraded* upgraded = nullptr);

} // namespace slipway::apiserver
