#pragma once

#include "cluster/client/error.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How requests reach an API server: over TLS (http_transport.h), or in memory inside the server process.
namespace slipway::client {

struct Request {
    std::string method = "GET";
    std::string target; ///< path and query: "/api/v1/pods?limit=500"
    std::string body;
    std::string contentType; ///< of the body; empty: application/json when there is a body
    std::string accept;      ///< empty: application/json
};

struct Response {
    int code = 0;
    std::string contentType;
    std::string body;
};

/// The body of a response that goes on: a watch, a followed log.
/// read() is called by one thread at a time; cancel() may be called by any thread, at any time, and wakes read().
class Stream {
public:
    virtual ~Stream() = default;
    /// The next piece, as it arrives (any size). An empty string: the end.
    virtual Result<std::string> read() = 0;
    virtual void cancel() = 0;

    /// Asks to be told, from any thread, whenever tryRead() may have something, in place of waiting in read(). False:
    /// this stream cannot, and needs a thread.
    virtual bool setWake(std::function<void()>) { return false; }
    /// As read(), but nothing when there is nothing yet. Only after setWake() said yes.
    virtual std::optional<Result<std::string>> tryRead() { return {}; }
};

/// A two-way message connection (RFC 6455), for exec and attach.
/// One thread reads; writes and cancel may come from any thread.
class WebSocket {
public:
    virtual ~WebSocket() = default;
    /// The subprotocol the server chose, for instance "v5.channel.k8s.io".
    virtual std::string protocol() const = 0;
    /// The next whole message; nothing at an orderly end.
    virtual Result<std::optional<std::string>> read() = 0;
    virtual Result<void> write(std::string_view binaryMessage) = 0;
    /// Closes and wakes read().
    virtual void cancel() = 0;
};

/// Sends requests. Thread-safe; outlives every stream it opened. Calls block the calling thread.
class Transport {
public:
    virtual ~Transport() = default;
    /// Any HTTP answer is a value, also 404; an error means that no answer came.
    virtual Result<Response> send(const Request& request) = 0;
    /// Opens a stream; an HTTP status other than 2xx is an error made from the Status that came.
    virtual Result<std::unique_ptr<Stream>> open(const Request& request) = 0;
    /// Opens a WebSocket, offering the subprotocols in order of preference.
    virtual Result<std::unique_ptr<WebSocket>> connect(const Request& request,
                                                       const std::vector<std::string>& protocols) = 0;
};

} // namespace slipway::client
