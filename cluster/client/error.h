#pragma once

#include "cluster/api/json.h"

#include <expected>
#include <string>

namespace slipway::client {

/// What kind of failure a request met.
enum class Errc {
    unreachable,   ///< no connection, or it broke: worth trying again
    unauthorized,  ///< 401
    forbidden,     ///< 403
    notFound,      ///< 404
    alreadyExists, ///< 409 with reason AlreadyExists
    conflict,      ///< 409: the object changed since it was read
    gone,          ///< 410: the resource version is too old, list again
    invalid,       ///< 400, 415, 422
    tooMany,       ///< 429
    server,        ///< 5xx and everything else the server refused with
    decode,        ///< the answer was not what the API promises
    cancelled,     ///< the caller asked to stop
    config         ///< the kubeconfig is unusable
};

/// A failed request: the kind, the HTTP status (0: none arrived) and the server's reason and message.
struct Error {
    Errc kind = Errc::server;
    int code = 0;
    std::string reason;  ///< metav1.StatusReason, for instance "NotFound"
    std::string message; ///< readable, never a secret
    api::Json status;    ///< the whole metav1.Status when one came
};

template <class T> using Result = std::expected<T, Error>;

} // namespace slipway::client
