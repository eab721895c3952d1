#include "cluster/apiserver/http_server.h"

#include "cluster/base/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <format>
#include <openssl/x509.h>
#include <thread>
#include <vector>

namespace slipway::apiserver {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using asio::awaitable;
using boost::system::error_code;

namespace {

using TlsSocket = ssl::stream<tcp::socket>;
constexpr std::size_t largestBody = 3 * 1024 * 1024; // as kube-apiserver
constexpr std::uint32_t largestHeader = 64 * 1024;
constexpr auto streamCheck = std::chrono::seconds(15);
// How long a client may take for each phase of a connection before it is closed (kube-apiserver: 32 s, 90 s).
constexpr auto handshakeLimit = std::chrono::seconds(10), headerLimit = std::chrono::seconds(30),
               idleLimit = std::chrono::seconds(90), bodyLimit = std::chrono::seconds(60);

constexpr auto tuple = asio::as_tuple(asio::use_awaitable);

std::string entryOf(X509_NAME* name, int nid, int& position) {
    position = X509_NAME_get_index_by_NID(name, nid, position);
    if (position < 0)
        return {};
    const ASN1_STRING* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, position));
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
            static_cast<std::size_t>(ASN1_STRING_length(text))};
}

/// Common name and organizations of a verified client certificate.
void readPeer(SSL* connection, std::string& user, std::vector<std::string>& groups) {
    X509* certificate = SSL_get0_peer_certificate(connection);
    if (certificate == nullptr || SSL_get_verify_result(connection) != X509_V_OK)
        return;
    X509_NAME* subject = X509_get_subject_name(certificate);
    int position = -1;
    user = entryOf(subject, NID_commonName, position);
    for (position = -1;;) {
        std::string group = entryOf(subject, NID_organizationName, position);
        if (position < 0)
            break;
        groups.push_back(std::move(group));
    }
}

std::string_view headerOf(const http::request<http::string_body>& request, http::field field) {
    const auto found = request.find(field);
    return found == request.end() ? std::string_view() : std::string_view(found->value().data(), found->value().size());
}

/// Wakes the coroutine that sends a stream, from any thread, also after the coroutine has ended.
struct StreamSignal {
    explicit StreamSignal(const asio::any_io_executor& executor) : timer(executor) {}
    asio::steady_timer timer;
    bool woken = false, closed = false; // on the connection's strand only
};

/// Closes a socket whose client takes too long. On the connection's strand only; outlives the connection while a timer
/// of it is still to be called.
class Deadline : public std::enable_shared_from_this<Deadline> {
public:
    Deadline(const asio::any_io_executor& executor, tcp::socket& socket) : timer_(executor), socket_(&socket) {}

    void arm(std::chrono::steady_clock::duration limit) {
        timer_.expires_after(limit);
        timer_.async_wait([self = shared_from_this()](error_code error) {
            if (!error && self->socket_ != nullptr && self->timer_.expiry() <= std::chrono::steady_clock::now()) {
                error_code ignored;
                self->socket_->close(ignored);
            }
        });
    }
    void disarm() { timer_.expires_at(asio::steady_timer::time_point::max()); }
    /// The socket is about to go.
    void end() {
        socket_ = nullptr;
        timer_.cancel();
    }

private:
    asio::steady_timer timer_;
    tcp::socket* socket_;
};

Reply tooLarge() {
    return replyWith(api::Status{.code = 413,
                                 .reason = "RequestEntityTooLarge",
                                 .message = std::format("Request entity too large: limit is {}", largestBody)});
}

} // namespace

class HttpServer::Listener {
public:
    Listener(ApiServer& server, const HttpOptions& options)
        : server_(server)
        , acceptor_(io_)
        , tls_(ssl::context::tls_server)
        , nodeTls_(ssl::context::tls_client)
        , pool_(static_cast<std::size_t>(options.writers))
        , clock_(io_) {}

    ~Listener() {
        io_.stop();
        for (std::thread& thread : threads_)
            thread.join();
        pool_.join();
    }

    void prepare(const HttpOptions& options) {
        tls_.set_options(ssl::context::no_sslv2 | ssl::context::no_sslv3 | ssl::context::no_tlsv1 |
                         ssl::context::no_tlsv1_1);
        tls_.use_certificate_chain(asio::buffer(options.certificatePem));
        tls_.use_private_key(asio::buffer(options.keyPem), ssl::context::pem);
        tls_.add_certificate_authority(asio::buffer(options.clientCaPem));
        tls_.set_verify_mode(ssl::verify_peer); // asked for, not required: tokens come without one
        SSL_CTX_set_alpn_select_cb(tls_.native_handle(), &chooseProtocol, nullptr);
        SSL_CTX_set_session_id_context(tls_.native_handle(), reinterpret_cast<const unsigned char*>("slipway"), 7);
        const ServerOptions& own = server_.options();
        if (!own.caPem.empty()) {
            nodeTls_.add_certificate_authority(asio::buffer(own.caPem));
            nodeTls_.set_verify_mode(ssl::verify_peer);
        }
        if (!own.agentClientCertPem.empty()) {
            nodeTls_.use_certificate_chain(asio::buffer(own.agentClientCertPem));
            nodeTls_.use_private_key(asio::buffer(own.agentClientKeyPem), ssl::context::pem);
        }
        const tcp::endpoint endpoint(asio::ip::make_address(options.address), options.port);
        acceptor_.open(endpoint.protocol());
        acceptor_.set_option(tcp::acceptor::reuse_address(true));
        acceptor_.bind(endpoint);
        acceptor_.listen();
    }

    void run(int threads) {
        asio::co_spawn(io_, accept(), asio::detached);
        asio::co_spawn(io_, tick(), asio::detached);
        for (int i = 0; i < threads; ++i)
            threads_.emplace_back([this] { io_.run(); });
    }

    unsigned short port() const { return acceptor_.local_endpoint().port(); }

private:
    /// HTTP/1.1 only: a client that offers h2 first falls back to it.
    static int chooseProtocol(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in,
                              unsigned length, void*) {
        static constexpr unsigned char offered[] = "\x08http/1.1";
        const int result =
            SSL_select_next_proto(const_cast<unsigned char**>(out), size, offered, sizeof offered - 1, in, length);
        return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
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
            if (error == asio::error::operation_aborted)
                co_return;
            if (error) { // out of descriptors, perhaps: others are closed meanwhile
                base::warn("http", "accept: {}", error.message());
                asio::steady_timer pause(io_, std::chrono::milliseconds(100));
                co_await pause.async_wait(tuple);
                continue;
            }
            asio::co_spawn(strand, serve(std::move(socket)), asio::detached);
        }
    }

    awaitable<void> serve(tcp::socket socket) {
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        socket.set_option(asio::socket_base::keep_alive(true), ignored);
        TlsSocket stream(std::move(socket), tls_);
        const auto deadline = std::make_shared<Deadline>(co_await asio::this_coro::executor, stream.next_layer());
        deadline->arm(handshakeLimit);
        if (const auto [error] = co_await stream.async_handshake(ssl::stream_base::server, tuple); !error) {
            co_await serveRequests(stream, *deadline);
            deadline->arm(handshakeLimit);
            co_await stream.async_shutdown(tuple);
        }
        deadline->end();
    }

    awaitable<void> serveRequests(TlsSocket& stream, Deadline& deadline) {
        std::string user;
        std::vector<std::string> groups;
        readPeer(stream.native_handle(), user, groups);
        beast::flat_buffer buffer;
        bool first = true;
        for (bool keep = true; keep; first = false) {
            http::request_parser<http::string_body> parser;
            parser.body_limit(largestBody);
            parser.header_limit(largestHeader);
            deadline.arm(first ? headerLimit : idleLimit);
            auto [error, size] = co_await http::async_read_header(stream, buffer, parser, tuple);
            if (!error) {
                deadline.arm(bodyLimit);
                error = co_await readBody(stream, buffer, parser);
            }
            deadline.disarm();
            if (error) {
                co_await refuse(stream, error);
                co_return;
            }
            keep = co_await answer(stream, buffer, parser.release(), user, groups);
        }
    }

    static awaitable<error_code> readBody(TlsSocket& stream, beast::flat_buffer& buffer,
                                          http::request_parser<http::string_body>& parser) {
        if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
            static constexpr std::string_view goOn = "HTTP/1.1 100 Continue\r\n\r\n";
            if (const auto [error, size] = co_await asio::async_write(stream, asio::buffer(goOn), tuple); error)
                co_return error;
        }
        if (parser.is_done())
            co_return error_code();
        const auto [error, size] = co_await http::async_read(stream, buffer, parser, tuple);
        co_return error;
    }

    /// Says what is wrong with a request that could not be read, where it can be said.
    awaitable<void> refuse(TlsSocket& stream, error_code error) {
        if (error == http::error::body_limit)
            co_await reply(stream, tooLarge(), false, false);
        else if (error == http::error::header_limit || error == http::error::buffer_overflow)
            co_await reply(stream, Reply{431, "431 Request Header Fields Too Large", "text/plain; charset=utf-8", {}},
                           false, false);
        else if (error.category() == http::make_error_code(http::error::bad_target).category() &&
                 error != http::error::end_of_stream && error != http::error::partial_message)
            co_await reply(stream, Reply{400, "400 Bad Request", "text/plain; charset=utf-8", {}}, false, false);
    }

    static Request translate(http::request<http::string_body>& from, const std::string& user,
                             const std::vector<std::string>& groups) {
        Request request;
        request.method = std::string(from.method_string());
        request.target = std::string(from.target());
        request.contentType = headerOf(from, http::field::content_type);
        request.accept = headerOf(from, http::field::accept);
        request.authorization = headerOf(from, http::field::authorization);
        request.userAgent = headerOf(from, http::field::user_agent);
        request.certificateUser = user;
        request.certificateGroups = groups;
        for (const auto& header : from) {
            const std::string_view name(header.name_string().data(), header.name_string().size());
            readImpersonation(request, name, std::string_view(header.value().data(), header.value().size()));
        }
        request.upgrade = !headerOf(from, http::field::upgrade).empty();
        request.body = std::move(from.body());
        return request;
    }

    /// Reads are answered at once; a write waits for the disk on another thread.
    awaitable<Answer> handle(const Request& request) {
        if (request.method == "GET" || request.method == "HEAD")
            co_return server_.handle(request);
        co_return co_await asio::co_spawn(
            pool_, [&]() -> awaitable<Answer> { co_return server_.handle(request); }, asio::use_awaitable);
    }

    awaitable<bool> answer(TlsSocket& stream, beast::flat_buffer& buffer, http::request<http::string_body> message,
                           const std::string& user, const std::vector<std::string>& groups) {
        const bool keep = message.keep_alive(), head = message.method() == http::verb::head;
        const Request request = translate(message, user, groups);
        Answer made = co_await handle(request);
        if (auto* complete = std::get_if<Reply>(&made))
            co_return co_await reply(stream, std::move(*complete), keep, head);
        if (auto* body = std::get_if<std::unique_ptr<StreamBody>>(&made))
            co_return co_await sendStream(stream, buffer, std::move(*body), message.version(), keep, head);
        co_await join(stream, buffer, std::move(message), std::get<Tunnel>(made));
        co_return false;
    }

    awaitable<bool> reply(TlsSocket& stream, Reply made, bool keep, bool head) {
        http::response<http::string_body> response(static_cast<http::status>(made.code), 11);
        response.set(http::field::content_type, made.contentType);
        response.set(http::field::cache_control, "no-cache, private");
        for (const std::string& warning : made.warnings)
            response.insert("Warning", std::format("299 - \"{}\"", escaped(warning)));
        response.keep_alive(keep);
        response.body() = std::move(made.body);
        response.prepare_payload();
        if (head)
            response.body().clear();
        const auto [error, size] = co_await http::async_write(stream, response, tuple);
        co_return !error && keep;
    }

    static std::string escaped(std::string_view text) {
        std::string out;
        for (char c : text) {
            if (c == '"' || c == '\\')
                out += '\\';
            out += c == '\n' || c == '\r' ? ' ' : c;
        }
        return out;
    }

    /// What the reader beside a stream shares with the sender.
    struct Reading {
        bool running = true, stop = false;
    };

    /// Notices that the client went away while nothing is being sent, and keeps what it sends on: its next request.
    static awaitable<void> watchClose(TlsSocket& stream, beast::flat_buffer& buffer,
                                      std::shared_ptr<StreamSignal> signal, std::shared_ptr<Reading> reading) {
        while (!reading->stop && buffer.size() < largestHeader) {
            const auto [error, size] = co_await stream.async_read_some(buffer.prepare(4096), tuple);
            buffer.commit(size);
            if (error && reading->stop && error == asio::error::operation_aborted)
                break;
            if (error) {
                signal->closed = true;
                break;
            }
        }
        reading->running = false;
        signal->timer.cancel();
    }

    /// Sends a stream's header and pieces until it ends or the client goes. True when all was sent.
    static awaitable<bool> sendPieces(TlsSocket& stream, StreamBody& body, StreamSignal& signal, bool chunked) {
        for (bool ended = false; !ended;) {
            if (signal.closed)
                co_return false;
            signal.woken = false;
            StreamBody::Piece piece = body.drain();
            ended = piece.end;
            if (!piece.data.empty()) {
                const auto [error, size] =
                    chunked ? co_await asio::async_write(stream, http::make_chunk(asio::buffer(piece.data)), tuple)
                            : co_await asio::async_write(stream, asio::buffer(piece.data), tuple);
                if (error)
                    co_return false;
            } else if (!ended && !signal.woken) {
                signal.timer.expires_at(std::min(std::chrono::steady_clock::now() + streamCheck, body.end()));
                co_await signal.timer.async_wait(tuple);
            }
        }
        if (!chunked)
            co_return true;
        const auto [error, size] = co_await asio::async_write(stream, http::make_chunk_last(), tuple);
        co_return !error;
    }

    /// True when the connection goes on: the stream ended in order, and its end could be told in chunks.
    awaitable<bool> sendStream(TlsSocket& stream, beast::flat_buffer& buffer, std::unique_ptr<StreamBody> body,
                               unsigned version, bool keep, bool head) {
        const auto executor = co_await asio::this_coro::executor;
        const bool chunked = version >= 11;
        http::response<http::empty_body> header(http::status::ok, version);
        header.set(http::field::content_type, body->contentType());
        header.set(http::field::cache_control, "no-cache, private");
        header.keep_alive(keep && chunked);
        header.chunked(chunked);
        http::response_serializer<http::empty_body> serializer(header);
        if (const auto [error, size] = co_await http::async_write_header(stream, serializer, tuple); error)
            co_return false;
        if (head)
            co_return keep&& chunked;
        const auto signal = std::make_shared<StreamSignal>(executor);
        const auto reading = std::make_shared<Reading>();
        asio::co_spawn(executor, watchClose(stream, buffer, signal, reading), asio::detached);
        body->setWake([signal, executor] {
            asio::post(executor, [signal] {
                signal->woken = true;
                signal->timer.cancel();
            });
        });
        const bool whole = co_await sendPieces(stream, *body, *signal, chunked);
        body.reset();
        // The reader still uses the stream: it is called back, and when it does not come the connection goes with it.
        reading->stop = true;
        error_code ignored;
        stream.next_layer().cancel(ignored);
        for (int tries = 0; reading->running; ++tries) {
            if (tries == 20)
                stream.next_layer().close(ignored);
            signal->timer.expires_after(std::chrono::milliseconds(50));
            co_await signal->timer.async_wait(tuple);
        }
        co_return whole&& keep&& chunked && !signal->closed;
    }

    static awaitable<void> pump(TlsSocket& from, TlsSocket& to, std::shared_ptr<StreamSignal> done) {
        std::vector<char> buffer(32 * 1024);
        for (;;) {
            const auto [error, size] = co_await from.async_read_some(asio::buffer(buffer), tuple);
            if (error)
                break;
            if (const auto [failed, written] = co_await asio::async_write(to, asio::buffer(buffer.data(), size), tuple);
                failed)
                break;
        }
        error_code ignored;
        from.next_layer().close(ignored);
        to.next_layer().close(ignored);
        done->closed = true;
        done->timer.cancel();
    }

    awaitable<void> join(TlsSocket& client, beast::flat_buffer& buffer, http::request<http::string_body> message,
                         const Tunnel& to) {
        const auto executor = co_await asio::this_coro::executor;
        TlsSocket node(executor, nodeTls_);
        const auto fail = [&](std::string_view why) {
            return reply(client, replyWith(api::internalError(std::format("error dialing backend: {}", why))), false,
                         false);
        };
        error_code bad;
        const auto address = asio::ip::make_address(to.host, bad);
        if (bad) {
            co_await fail(bad.message());
            co_return;
        }
        if (const auto [error] = co_await node.next_layer().async_connect(tcp::endpoint(address, to.port), tuple);
            error) {
            co_await fail(error.message());
            co_return;
        }
        node.next_layer().set_option(tcp::no_delay(true), bad);
        node.set_verify_callback(ssl::host_name_verification(to.host));
        if (const auto [error] = co_await node.async_handshake(ssl::stream_base::client, tuple); error) {
            co_await fail(error.message());
            co_return;
        }
        message.target(to.target);
        message.set(http::field::host, std::format("{}:{}", to.host, to.port));
        message.erase(http::field::authorization);
        if (const auto [error, size] = co_await http::async_write(node, message, tuple); error)
            co_return;
        if (buffer.size() != 0) { // what the client sent on behind its request
            co_await asio::async_write(node, buffer.data(), tuple);
            buffer.consume(buffer.size());
        }
        auto forth = std::make_shared<StreamSignal>(executor), back = std::make_shared<StreamSignal>(executor);
        forth->timer.expires_at(asio::steady_timer::time_point::max());
        asio::co_spawn(executor, pump(client, node, forth), asio::detached);
        co_await pump(node, client, back);
        while (!forth->closed)
            co_await forth->timer.async_wait(tuple);
    }

    ApiServer& server_;
    asio::io_context io_;
    tcp::acceptor acceptor_;
    ssl::context tls_, nodeTls_;
    asio::thread_pool pool_;
    asio::steady_timer clock_;
    std::vector<std::thread> threads_;
};

std::expected<std::unique_ptr<HttpServer>, std::string> HttpServer::start(ApiServer& server,
                                                                          const HttpOptions& options) {
    try {
        auto listener = std::make_unique<Listener>(server, options);
        listener->prepare(options);
        listener->run(options.threads);
        return std::unique_ptr<HttpServer>(new HttpServer(std::move(listener)));
    } catch (const std::exception& problem) {
        return std::unexpected(std::format("cannot serve on {}:{}: {}", options.address, options.port, problem.what()));
    }
}

HttpServer::HttpServer(std::unique_ptr<Listener> listener) : listener_(std::move(listener)) {}
HttpServer::~HttpServer() = default;
unsigned short HttpServer::port() const {
    return listener_->port();
}

} // namespace slipway::apiserver
