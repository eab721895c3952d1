#include "cluster/agent/server/node_request.h"
#include "cluster/wire/channels.h"
#include "cluster/wire/subprotocols.h"
#include "cluster/wire/websocket_frame.h"

#include <cstdlib>

/// Messages, frames and targets of clients are understood or ignored.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace slipway;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const bool v5 : {false, true}) {
        const wire::ClientMessage message = wire::parseClientMessage(text, v5);
        if (message.kind == wire::ClientMessage::Kind::resize &&
            (message.size.columns == 0 || message.size.rows > 65535))
            std::abort();
    }
    static_cast<void>(wire::decodeBase64Message(text));
    static_cast<void>(wire::chooseWebSocketExec(wire::offeredProtocols(text)));
    wire::WebSocketFrameReader reader(1024);
    reader.feed(text);
    for (auto frame = reader.next(); frame && *frame; frame = reader.next())
        if ((*frame)->payload.size() > 1024)
            std::abort();
    if (const auto target = agent::parseTarget(text))
        static_cast<void>(agent::logOptions(*target, {}));
    return 0;
}
