#pragma once
// The streams of a command that the engine runs in a container.

#include <stop_token>
#include <string>
#include <string_view>

#include "vmdriver/docker/engine_http.h"
#include "vmdriver/driver.h"

namespace slipway::vmdriver {

/// Takes the engine's frames apart (Docker Engine API, "stream format": type, three zeros, big-endian length, bytes).
class FrameReader {
public:
    struct Piece {
        int stream = 1; ///< 1 standard output, 2 standard error
        std::string bytes;
    };
    /// Takes bytes as they come; returns the pieces they complete or continue.
    std::vector<Piece> take(std::string_view bytes);

private:
    std::string head_;
    std::size_t left_ = 0;
    int stream_ = 1;
};

/// Joins the stream with what `streams` says until the command has closed its side. Closes the stream's socket.
/// Errors: io, cancelled.
Result<void> joinExec(EngineStream stream, const RunStreams& streams, std::stop_token stop);

} // namespace slipway::vmdriver
