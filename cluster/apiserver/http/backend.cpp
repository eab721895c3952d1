#include "cluster/apiserver/http/backend.h"

#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>
#include <format>

namespace slipway::apiserver {
namespace {

constexpr auto connectLimit = std::chrono::seconds(10);

class PlainBackend : public Backend {
public:
    explicit PlainBackend(tcp::socket socket) : socket_(std::move(socket)) {}
    awaitable<std::pair<error_code, std::size_t>> read(asio::mutable_buffer into) override {
        const auto [error, size] = co_await socket_.async_read_some(into, tuple);
        co_return std::pair(error, size);
    }
    awaitable<error_code> write(asio::const_buffer bytes) override {
        const auto [error, size] = co_await asio::async_write(socket_, bytes, tuple);
        co_return error;
    }
    void close() override {
        error_code ignored;
        socket_.close(ignored);
    }

private:
    tcp::socket socket_;
};

class TlsBackend : public Backend {
public:
    TlsBackend(tcp::socket socket, ssl::context& context) : stream_(std::move(socket), context) {}

    awaitable<error_code> handshake(std::string host, bool verify) {
        SSL_set_tlsext_host_name(stream_.native_handle(), host.c_str());
        if (verify)
            stream_.set_verify_callback(ssl::host_name_verification(host));
        const auto [error] = co_await stream_.async_handshake(ssl::stream_base::client, tuple);
        co_return error;
    }
    awaitable<std::pair<error_code, std::size_t>> read(asio::mutable_buffer into) override {
        const auto [error, size] = co_await stream_.async_read_some(into, tuple);
        co_return std::pair(error, size);
    }
    awaitable<error_code> write(asio::const_buffer bytes) override {
        const auto [error, size] = co_await asio::async_write(stream_, bytes, tuple);
        co_return error;
    }
    void close() override {
        error_code ignored;
        stream_.next_layer().close(ignored);
    }
    tcp::socket& socket() { return stream_.next_layer(); }

private:
    TlsSocket stream_;
};

/// What Go's dialer says, which clients look for.
std::string dialError(const Forward& to, const error_code& error) {
    const std::string why = error == asio::error::connection_refused ? "connection refused"
                            : error == asio::error::host_unreachable ? "no route to host"
                            : error == asio::error::operation_aborted || error == asio::error::bad_descriptor ||
                                    error == asio::error::timed_out
                                ? "i/o timeout"
                                : error.message();
    const bool timedOut = why == "i/o timeout";
    return std::format("dial tcp {}:{}: {}{}", to.host, to.port, timedOut ? "" : "connect: ", why);
}

} // namespace

ssl::context& BackendTrust::of(const std::string& caPem) {
    std::lock_guard lock(mutex_);
    const auto known = services_.find(caPem);
    if (known != services_.end())
        return known->second;
    ssl::context made(ssl::context::tls_client);
    if (!caPem.empty()) {
        made.add_certificate_authority(asio::buffer(caPem));
        made.set_verify_mode(ssl::verify_peer);
    }
    if (!certificatePem.empty()) {
        made.use_certificate_chain(asio::buffer(certificatePem));
        made.use_private_key(asio::buffer(keyPem), ssl::context::pem);
    }
    return services_.emplace(caPem, std::move(made)).first->second;
}

awaitable<std::expected<std::unique_ptr<Backend>, std::string>> Backend::connect(const Forward& to,
                                                                                 BackendTrust& trust) {
    const auto executor = co_await asio::this_coro::executor;
    error_code bad;
    const auto address = asio::ip::make_address(to.host, bad);
    if (bad)
        co_return std::unexpected(std::format("dial tcp: lookup {}: no such host", to.host));
    tcp::socket socket(executor);
    auto limit = std::make_shared<Deadline>(executor, socket);
    limit->arm(connectLimit);
    const auto [error] = co_await socket.async_connect(tcp::endpoint(address, to.port), tuple);
    limit->end();
    if (error)
        co_return std::unexpected(dialError(to, error));
    socket.set_option(tcp::no_delay(true), bad);
    if (to.security == Forward::Security::none)
        co_return std::make_unique<PlainBackend>(std::move(socket));
    const bool ofService = to.security == Forward::Security::service;
    const bool verify = to.security == Forward::Security::node || (ofService && !to.caPem.empty());
    auto backend = std::make_unique<TlsBackend>(std::move(socket), ofService ? trust.of(to.caPem)
                                                                   : verify  ? trust.node
                                                                             : trust.unverified);
    limit = std::make_shared<Deadline>(executor, backend->socket());
    limit->arm(connectLimit);
    const error_code failed = co_await backend->handshake(ofService ? to.serverName : to.host, verify);
    limit->end();
    if (failed)
        co_return std::unexpected(std::format("tls: {}", failed.message()));
    co_return backend;
}

} // namespace slipway::apiserver
