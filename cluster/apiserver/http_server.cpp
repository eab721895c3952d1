#include "cluster/apiserver/http_server.h"

#include "cluster/apiserver/http/http1_connection.h"
#include "cluster/apiserver/http/http2_connection.h"
#include "cluster/apiserver/http/peer.h"
#include "cluster/base/log.h"

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <format>
#include <thread>
#include <vector>

namespace slipway::apiserver {
namespace {

constexpr auto drainLimit = std::chrono::milliseconds(250);

void trustNodes(ssl::context& context, const ServerOptions& options) {
    if (!options.caPem.empty()) {
        context.add_certificate_authority(asio::buffer(options.caPem));
        context.set_verify_mode(ssl::verify_peer);
    }
    if (!options.agentClientCertPem.empty()) {
        context.use_certificate_chain(asio::buffer(options.agentClientCertPem));
        context.use_private_key(asio::buffer(options.agentClientKeyPem), ssl::context::pem);
    }
}

} // namespace

class HttpServer::Listener {
public:
    Listener(ApiServer& server, const HttpOptions& options)
        : server_(server), answering_(server, trust_, options.threads, options.writers), acceptor_(io_), clock_(io_) {}

    ~Listener() {
        asio::post(io_, [this] {
            error_code ignored;
            acceptor_.close(ignored);
            clock_.cancel();
        });
        answering_.drain();
        const auto end = std::chrono::steady_clock::now() + drainLimit;
        while (answering_.busy() && std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        io_.stop();
        for (std::thread& thread : threads_)
            thread.join();
        answering_.stop();
    }

    void prepare(const HttpOptions& options) {
        tls_ = makeContext(options);
        trustNodes(trust_.node, server_.options());
        trust_.certificatePem = server_.options().agentClientCertPem;
        trust_.keyPem = server_.options().agentClientKeyPem;
        const tcp::endpoint endpoint(asio::ip::make_address(options.address), options.port);
        acceptor_.open(endpoint.protocol());
        acceptor_.set_option(tcp::acceptor::reuse_address(true));
        acceptor_.bind(endpoint);
        acceptor_.listen();
    }

    /// Throws for a certificate that cannot be used.
    static std::shared_ptr<ssl::context> makeContext(const HttpOptions& options) {
        auto made = std::make_shared<ssl::context>(ssl::context::tls_server);
        made->set_options(ssl::context::no_sslv2 | ssl::context::no_sslv3 | ssl::context::no_tlsv1 |
                          ssl::context::no_tlsv1_1);
        made->use_certificate_chain(asio::buffer(options.certificatePem));
        made->use_private_key(asio::buffer(options.keyPem), ssl::context::pem);
        made->add_certificate_authority(asio::buffer(options.clientCaPem));
        made->set_verify_mode(ssl::verify_peer); // asked for, not required: tokens come without one
        SSL_CTX_set_alpn_select_cb(made->native_handle(), &chooseProtocol, nullptr);
        SSL_CTX_set_session_id_context(made->native_handle(), reinterpret_cast<const unsigned char*>("slipway"), 7);
        return made;
    }

    void renew(const HttpOptions& options) { tls_ = makeContext(options); }

    void run(int threads) {
        asio::co_spawn(io_, accept(), asio::detached);
        asio::co_spawn(io_, tick(), asio::detached);
        // One more than requests may be worked on at once, so that one is always there to see who else waits.
        for (int i = 0; i <= threads; ++i)
            threads_.emplace_back([this] { io_.run(); });
    }

    unsigned short port() const { return acceptor_.local_endpoint().port(); }

private:
    static int chooseProtocol(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in,
                              unsigned length, void*) {
        static constexpr unsigned char offered[] = "\x02h2\x08http/1.1";
        const int result =
            SSL_select_next_proto(const_cast<unsigned char**>(out), size, offered, sizeof offered - 1, in, length);
        return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
    }

    static bool choseHttp2(TlsSocket& stream) {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(stream.native_handle(), &name, &size);
        return std::string_view(reinterpret_cast<const char*>(name), size) == "h2";
    }

    awaitable<void> tick() {
        for (;;) {
            clock_.expires_after(std::chrono::seconds(30));
            const auto [error] = co_await clock_.async_wait(tuple);
            if (error)
                co_return;
            server_.tick();
        }
    }

    awaitable<void> accept() {
        for (;;) {
            auto strand = asio::make_strand(io_);
            auto [error, socket] = co_await acceptor_.async_accept(strand, tuple);
            if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor)
                co_return;
            if (error) { // out of descriptors, perhaps: others are closed meanwhile
                base::warn("http", "accept: {}", error.message());
                asio::steady_timer pause(io_, std::chrono::milliseconds(100));
                co_await pause.async_wait(tuple);
                continue;
            }
            asio::co_spawn(strand, serve(std::move(socket)), [](const std::exception_ptr& failed) {
                try {
                    if (failed)
                        std::rethrow_exception(failed);
                } catch (const std::exception& problem) {
                    base::warn("http", "a connection ends: {}", problem.what());
                }
            });
        }
    }

    awaitable<void> serve(tcp::socket socket) {
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        socket.set_option(asio::socket_base::keep_alive(true), ignored);
        const std::shared_ptr<ssl::context> tls = tls_;
        TlsSocket stream(std::move(socket), *tls);
        const auto deadline = std::make_shared<Deadline>(co_await asio::this_coro::executor, stream.next_layer());
        deadline->arm(handshakeLimit);
        if (const auto [error] = co_await stream.async_handshake(ssl::stream_base::server, tuple); !error) {
            if (choseHttp2(stream))
                co_await serveHttp2(stream, *deadline, answering_, peerOf(stream));
            else
                co_await serveHttp1(stream, *deadline, answering_, peerOf(stream));
            deadline->arm(handshakeLimit);
            co_await stream.async_shutdown(tuple);
        }
        deadline->end();
    }

    ApiServer& server_;
    // What connections use outlives the loop that holds them.
    std::atomic<std::shared_ptr<ssl::context>> tls_;
    BackendTrust trust_;
    Answering answering_;
    asio::io_context io_;
    tcp::acceptor acceptor_;
    asio::steady_timer clock_;
    std::vector<std::thread> threads_;
};

std::expected<std::unique_ptr<HttpServer>, std::string> HttpServer::start(ApiServer& server,
                                                                          const HttpOptions& options) {
    try {
        auto listener = std::make_unique<Listener>(server, options);
        listener->prepare(options);
        listener->run(options.threads + options.writers);
        return std::unique_ptr<HttpServer>(new HttpServer(std::move(listener)));
    } catch (const std::exception& problem) {
        return std::unexpected(std::format("cannot serve on {}:{}: {}", options.address, options.port, problem.what()));
    }
}

std::expected<void, std::string> HttpServer::renew(const HttpOptions& options) {
    try {
        listener_->renew(options);
        return {};
    } catch (const std::exception& problem) {
        return std::unexpected(problem.what());
    }
}

HttpServer::HttpServer(std::unique_ptr<Listener> listener) : listener_(std::move(listener)) {}
HttpServer::~HttpServer() = default;
unsigned short HttpServer::port() const {
    return listener_->port();
}

} // namespace slipway::apiserver
