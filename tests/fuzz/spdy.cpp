#include "cluster/wire/spdy_session.h"

#include <cstdlib>

/// A peer's bytes make events or end the session, and never more open streams than are allowed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace slipway::wire;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const auto role : {SpdySession::Role::server, SpdySession::Role::client}) {
        SpdySession session(role);
        const auto first = session.receive(text.substr(0, size / 2));
        if (first && session.receive(text.substr(size / 2)) && session.streams() > SpdySession::mostStreams)
            std::abort();
        for (std::uint32_t stream = 0; stream < 8; ++stream) {
            session.reply(stream);
            session.send(stream, "x");
            session.end(stream);
        }
    }
    return 0;
}
