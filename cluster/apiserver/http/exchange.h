#pragma once

#include "cluster/apiserver/http/io.h"
#include "cluster/apiserver/request.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::apiserver {

using HeaderList = Headers;

/// The status line and headers of an answer. Those that frame the body are the exchange's own business.
struct AnswerHead {
    unsigned status = 200;
    HeaderList headers;
    std::optional<std::uint64_t> length; ///< of the body; nothing: it goes on until it ends
};

/// One request and its answer, over HTTP/1.1, HTTP/2 or a WebSocket. All calls are made on the connection's strand, and
/// each is awaited before the next. What is false: the client is gone.
class Exchange {
public:
    virtual ~Exchange() = default;

    /// Headers of the answer, whatever it is. Before it begins.
    void carry(HeaderList headers) { carried_ = std::move(headers); }

    virtual awaitable<bool> begin(AnswerHead head) = 0;
    virtual awaitable<bool> send(std::string_view data) = 0;
    virtual awaitable<bool> finish() = 0;
    /// begin(), send() and finish() at once. For HEAD the body is left out.
    virtual awaitable<bool> reply(AnswerHead head, std::string body) = 0;

    /// The next piece of a request body that was not read beforehand; empty at its end, nothing when the client broke
    /// off.
    virtual awaitable<std::optional<std::string>> receive() = 0;

    /// From now on @p gone is called when the client goes away while nothing is sent to it.
    virtual void watchClient(std::function<void()> gone) = 0;
    /// Ends that again; called before the answer is finished.
    virtual awaitable<void> unwatchClient() = 0;

protected:
    HeaderList carried_;
};

} // namespace slipway::apiserver
