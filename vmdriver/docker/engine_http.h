#pragma once
// Requests to a container engine's API over its socket.

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>

#include "vmdriver/driver_error.h"

namespace slipway::vmdriver {

struct EngineAnswer {
    int status = 0; ///< HTTP status
    std::string body;
    /// The engine's own words for a refusal ({"message": "..."}), or the status.
    std::string message() const;
};

struct EngineRequest {
    std::string method = "GET";
    std::string target; ///< path and query
    std::string body{};
    std::string contentType = "application/json";
    std::filesystem::path bodyFile{};   ///< sent instead of `body`, however large
    std::filesystem::path answerFile{}; ///< a 2xx answer's body is written here instead of being kept
    std::chrono::seconds timeout{60};   ///< for each step that makes progress
};

/// A stream that began as a request (exec): an open socket, and what was already read from it.
struct EngineStream {
    int socket = -1; ///< the caller closes it
    std::string early;
};

/// Docker's or Podman's API socket. Every request opens its own connection, so an object may be used by several
/// threads.
class EngineHttp {
public:
    explicit EngineHttp(std::filesystem::path socket) : socket_(std::move(socket)) {}

    /// Any answer the engine gives, refusals included. Errors: sandbox when it cannot be reached, io, cancelled.
    Result<EngineAnswer> send(const EngineRequest& request, std::stop_token stop = {}) const;
    /// A request whose connection becomes a raw stream. Errors: sandbox.
    Result<EngineStream> open(const EngineRequest& request) const;
    const std::filesystem::path& socket() const { return socket_; }

private:
    std::filesystem::path socket_;
};

/// The socket to use: $DOCKER_HOST when it names a local one, /run/docker.sock, /var/run/docker.sock, Podman's. Empty
/// when there is none.
std::filesystem::path findEngineSocket();

} // namespace slipway::vmdriver
