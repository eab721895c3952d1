#include "cluster/apiserver/http/tunnel.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <vector>

namespace slipway::apiserver {
namespace {

/// What the two directions of a tunnel share.
struct Ends {
    TlsSocket& client;
    Backend& backend;
    asio::steady_timer over;
    bool forthEnded = false;

    /// Either side ended: the other is to know.
    void close() {
        error_code ignored;
        client.next_layer().close(ignored);
        backend.close();
    }
};

awaitable<void> pumpForth(std::shared_ptr<Ends> ends) {
    std::vector<char> buffer(32 * 1024);
    for (;;) {
        const auto [error, size] = co_await ends->client.async_read_some(asio::buffer(buffer), tuple);
        if (error || co_await ends->backend.write(asio::buffer(buffer.data(), size)))
            break;
    }
    ends->close();
    ends->forthEnded = true;
    ends->over.cancel();
}

} // namespace

awaitable<void> joinTunnel(Http1Stream& client, Upgraded upgraded) {
    const auto executor = co_await asio::this_coro::executor;
    Backend& backend = *upgraded.backend;
    if (client.buffer.size() != 0) { // what the client sent on behind its request
        if (co_await backend.write(client.buffer.cdata()))
            co_return;
        client.buffer.consume(client.buffer.size());
    }
    if (!co_await client.write(upgraded.answer))
        co_return;
    const auto ends = std::make_shared<Ends>(
        Ends{client.socket, backend, asio::steady_timer(executor, asio::steady_timer::time_point::max())});
    asio::co_spawn(executor, pumpForth(ends), asio::detached);
    std::vector<char> buffer(32 * 1024);
    for (;;) {
        const auto [error, size] = co_await backend.read(asio::buffer(buffer));
        if (size > 0 && !co_await client.write({buffer.data(), size}))
            break;
        if (error)
            break;
    }
    ends->close();
    while (!ends->forthEnded)
        co_await ends->over.async_wait(tuple);
}

} // namespace slipway::apiserver
