#include "cluster/agent/server/channels.h"
#include "cluster/agent/server/node_request.h"

#include <cstdlib>

/// Messages and targets of clients are understood or ignored.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace slipway::agent;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const bool v5 : {false, true}) {
        const ClientMessage message = parseClientMessage(text, v5);
        if (message.kind == ClientMessage::Kind::resize && (message.size.columns == 0 || message.size.rows > 65535))
            std::abort();
    }
    chooseProtocol(text);
    if (const auto target = parseTarget(text))
        static_cast<void>(logOptions(*target, {}));
    return 0;
}
