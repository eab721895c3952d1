#include "cluster/client/kubeconfig.h"

#include "cluster/api/base64.h"
#include "cluster/base/files.h"
#include "cluster/base/log.h"
#include "cluster/client/client.h"
#include "cluster/client/exec_credential.h"
#include "cluster/client/http_address.h"
#include "cluster/client/http_web_socket.h"
#include "cluster/client/program.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <atomic>
#include <format>
#include <mutex>
#include <sys/socket.h>
#include <vector>

namespace slipway::client {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto connectTimeout = std::chrono::seconds(10), requestTimeout = std::chrono::seconds(60);

/// One TLS connection with its own event loop: calls block, with a time limit. shutdown() may come from any thread.
class Connection {
public:
    using TlsStream = ssl::stream<beast::tcp_stream>;

    /// What is called when an operation ends. One type for all of them: Asio is compiled anew for each.
    struct Done {
        error_code* result;
        void operator()(error_code error, std::size_t = 0) const { *result = error; }
    };

    Connection(const HttpAddress& address, ssl::context& tls, const std::string& verifyName, bool verify)
        : stream_(io_, tls) {
        const std::string name = verifyName.empty() ? address.host : verifyName;
        error_code ignored;
        asio::ip::make_address(name, ignored);
        if (ignored) // a name, not an address
            SSL_set_tlsext_host_name(stream_.native_handle(), name.c_str());
        if (verify) {
            stream_.set_verify_mode(ssl::verify_peer);
            stream_.set_verify_callback(ssl::host_name_verification(name));
        }
    }

    error_code open(const HttpAddress& address) {
        tcp::resolver resolver(io_);
        error_code error;
        const auto endpoints = resolver.resolve(address.host, address.port, error);
        if (error)
            return error;
        error = run(connectTimeout, [&](Connection::Done done) {
            tcpLayer().async_connect(endpoints, [done](error_code e, const tcp::endpoint&) { done(e); });
        });
        if (error)
            return error;
        tcpLayer().socket().set_option(tcp::no_delay(true), error);
        tcpLayer().socket().set_option(asio::socket_base::keep_alive(true), error);
        descriptor_ = tcpLayer().socket().native_handle();
        return run(connectTimeout,
                   [&](Connection::Done done) { stream_.async_handshake(ssl::stream_base::client, done); });
    }

    /// Runs one operation to its end. @p limit zero: without a time limit.
    template <class Start> error_code run(std::chrono::seconds limit, Start start) {
        error_code result;
        if (limit.count() > 0)
            tcpLayer().expires_after(limit);
        else
            tcpLayer().expires_never();
        start(Done{&result});
        io_.restart();
        io_.run();
        return result;
    }

    /// Ends what is being waited for. The descriptor stays open until the owner destroys the connection.
    void shutdown() {
        if (const int descriptor = descriptor_; descriptor >= 0)
            ::shutdown(descriptor, SHUT_RDWR);
    }

    beast::tcp_stream& tcpLayer() { return beast::get_lowest_layer(stream_); }
    TlsStream& stream() { return stream_; }
    beast::flat_buffer& buffer() { return buffer_; }

private:
    asio::io_context io_{1};
    TlsStream stream_;
    beast::flat_buffer buffer_;
    std::atomic<int> descriptor_ = -1;
};

/// A chunked body, read as it arrives.
class HttpStream : public Stream {
public:
    explicit HttpStream(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {
        parser_.body_limit(boost::none);
    }

    /// Reads the header; the status decides what comes after.
    Result<int> readHeader() {
        const error_code error = connection_->run(requestTimeout, [&](Connection::Done done) {
            http::async_read_header(connection_->stream(), connection_->buffer(), parser_, done);
        });
        if (error)
            return std::unexpected(unreachable("read", error));
        return static_cast<int>(parser_.get().result_int());
    }
    std::string contentType() { return std::string(parser_.get()[http::field::content_type]); }

    Result<std::string> read() override {
        std::string data(64 * 1024, '\0');
        while (!parser_.is_done()) {
            parser_.get().body().data = data.data();
            parser_.get().body().size = data.size();
            error_code error = connection_->run(std::chrono::seconds(0), [&](Connection::Done done) {
                http::async_read_some(connection_->stream(), connection_->buffer(), parser_, done);
            });
            if (cancelled_)
                return std::unexpected(Error{Errc::cancelled, 0, "", "cancelled", {}});
            const std::size_t got = data.size() - parser_.get().body().size;
            if (error == http::error::need_buffer)
                error = {};
            if (error && got == 0)
                return std::unexpected(unreachable("read", error));
            if (got > 0) {
                data.resize(got);
                return data;
            }
        }
        return std::string();
    }

    void cancel() override {
        cancelled_ = true;
        connection_->shutdown();
    }

private:
    std::unique_ptr<Connection> connection_;
    http::response_parser<http::buffer_body> parser_;
    std::atomic<bool> cancelled_ = false;
};

class HttpTransport : public Transport {
public:
    HttpTransport(ConnectionSettings settings, HttpAddress address)
        : settings_(std::move(settings)), address_(std::move(address)), tls_(ssl::context::tls_client) {}

    void prepare() {
        tls_.set_options(ssl::context::no_sslv2 | ssl::context::no_sslv3 | ssl::context::no_tlsv1 |
                         ssl::context::no_tlsv1_1);
        if (settings_.caPem.empty())
            tls_.set_default_verify_paths();
        else
            tls_.add_certificate_authority(asio::buffer(settings_.caPem));
        if (!settings_.clientCertificatePem.empty()) {
            tls_.use_certificate_chain(asio::buffer(settings_.clientCertificatePem));
            tls_.use_private_key(asio::buffer(settings_.clientKeyPem), ssl::context::pem);
        }
    }

    Result<Response> send(const Request& request) override {
        const auto begun = std::chrono::steady_clock::now();
        auto answer = exchange(request);
        noteRequest(address_.host + ":" + address_.port, request.method, answer ? answer->code : 0,
                    std::chrono::steady_clock::now() - begun);
        return answer;
    }

    Result<std::unique_ptr<Stream>> open(const Request& request) override {
        const auto begun = std::chrono::steady_clock::now();
        auto stream = begin(request);
        noteRequest(address_.host + ":" + address_.port, request.method, stream ? 200 : stream.error().code,
                    std::chrono::steady_clock::now() - begun);
        return stream;
    }

    Result<std::unique_ptr<WebSocket>> connect(const Request& request,
                                               const std::vector<std::string>& protocols) override {
        const auto authorization = authorizationHeader();
        if (!authorization)
            return std::unexpected(authorization.error());
        std::string list;
        for (const std::string& protocol : protocols)
            list += (list.empty() ? "" : ", ") + protocol;
        return openWebSocket(address_, tls_,
                             {address_.pathPrefix + request.target, list, *authorization, settings_.tlsServerName,
                              !settings_.insecureSkipTlsVerify});
    }

private:
    Result<Response> exchange(const Request& request) {
        auto message = makeMessage(request);
        if (!message)
            return std::unexpected(message.error());
        for (;;) {
            std::unique_ptr<Connection> connection = takeIdle();
            const bool reused = connection != nullptr;
            if (!reused) {
                auto made = connect();
                if (!made)
                    return std::unexpected(made.error());
                connection = std::move(*made);
            }
            http::response_parser<http::string_body> parser;
            parser.body_limit(1ULL << 32);
            if (request.method == "HEAD")
                parser.skip(true);
            error_code error = connection->run(settings_.requestTimeout, [&](Connection::Done done) {
                http::async_write(connection->stream(), *message, done);
            });
            if (!error)
                error = connection->run(settings_.requestTimeout, [&](Connection::Done done) {
                    http::async_read(connection->stream(), connection->buffer(), parser, done);
                });
            if (error && reused && (request.method == "GET" || !parser.got_some()))
                continue; // the server had closed the idle connection
            if (error)
                return std::unexpected(unreachable(settings_.server, error));
            Response response{static_cast<int>(parser.get().result_int()),
                              std::string(parser.get()[http::field::content_type]), std::move(parser.get().body())};
            if (parser.get().keep_alive())
                giveBack(std::move(connection));
            return response;
        }
    }

    Result<std::unique_ptr<Stream>> begin(const Request& request) {
        auto message = makeMessage(request);
        if (!message)
            return std::unexpected(message.error());
        auto connection = connect();
        if (!connection)
            return std::unexpected(connection.error());
        const error_code error = (*connection)->run(requestTimeout, [&](Connection::Done done) {
            http::async_write((*connection)->stream(), *message, done);
        });
        if (error)
            return std::unexpected(unreachable(settings_.server, error));
        auto stream = std::make_unique<HttpStream>(std::move(*connection));
        const auto code = stream->readHeader();
        if (!code)
            return std::unexpected(code.error());
        if (*code >= 200 && *code <= 299)
            return stream;
        Response refused{*code, stream->contentType(), {}};
        for (auto piece = stream->read(); piece && !piece->empty(); piece = stream->read())
            refused.body += *piece;
        return std::unexpected(errorFromResponse(refused));
    }

    Result<std::unique_ptr<Connection>> connect() {
        auto connection =
            std::make_unique<Connection>(address_, tls_, settings_.tlsServerName, !settings_.insecureSkipTlsVerify);
        if (const error_code error = connection->open(address_))
            return std::unexpected(unreachable(settings_.server, error));
        return connection;
    }

    std::unique_ptr<Connection> takeIdle() {
        std::lock_guard lock(mutex_);
        if (idle_.empty())
            return nullptr;
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        return connection;
    }

    void giveBack(std::unique_ptr<Connection> connection) {
        std::lock_guard lock(mutex_);
        if (idle_.size() < 4)
            idle_.push_back(std::move(connection));
    }

    Result<std::string> authorizationHeader() {
        if (!settings_.execCommand.empty()) {
            std::lock_guard lock(mutex_);
            auto token = credential_.token(settings_);
            return token ? Result<std::string>("Bearer " + *token) : std::unexpected(token.error());
        }
        if (!settings_.tokenFile.empty())
            if (auto token = base::readFile(settings_.tokenFile)) {
                while (token->ends_with('\n'))
                    token->pop_back();
                return "Bearer " + *token;
            }
        if (!settings_.token.empty())
            return "Bearer " + settings_.token;
        if (!settings_.username.empty())
            return "Basic " + api::encodeBase64(settings_.username + ":" + settings_.password);
        return std::string();
    }

    Result<http::request<http::string_body>> makeMessage(const Request& request) {
        const auto authorization = authorizationHeader();
        if (!authorization)
            return std::unexpected(authorization.error());
        http::request<http::string_body> message;
        message.method_string(request.method);
        message.target(address_.pathPrefix + request.target);
        message.version(11);
        message.set(http::field::host, address_.host + ":" + address_.port);
        message.set(http::field::user_agent, userAgent());
        message.set(http::field::accept, request.accept.empty() ? "application/json" : request.accept);
        if (!authorization->empty())
            message.set(http::field::authorization, *authorization);
        if (!request.body.empty()) {
            message.set(http::field::content_type,
                        request.contentType.empty() ? "application/json" : request.contentType);
            message.body() = request.body;
        }
        message.prepare_payload();
        return message;
    }

    const ConnectionSettings settings_;
    const HttpAddress address_;
    ssl::context tls_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> idle_;
    ExecCredential credential_;
};

} // namespace

Result<std::shared_ptr<Transport>> makeHttpTransport(const ConnectionSettings& settings) {
    const auto address = HttpAddress::parse(settings.server);
    if (!address || !address->tls)
        return std::unexpected(
            Error{Errc::config,
                  0,
                  "",
                  std::format("cannot connect to \"{}\": an https address is needed", settings.server),
                  {}});
    try {
        auto transport = std::make_shared<HttpTransport>(settings, *address);
        transport->prepare();
        return transport;
    } catch (const std::exception& problem) {
        return std::unexpected(Error{
            Errc::config, 0, "", std::format("unusable credentials for {}: {}", settings.server, problem.what()), {}});
    }
}

} // namespace slipway::client
