#pragma once

#include "cluster/apiserver/server.h"

#include <expected>
#include <memory>
#include <string>

namespace slipway::apiserver {

struct HttpOptions {
    std::string address = "127.0.0.1";
    unsigned short port = 6443; ///< 0: any free one
    std::string certificatePem, keyPem;
    std::string clientCaPem; ///< client certificates signed by it are believed
    int threads = 2;         ///< that do network input and output
    int writers = 16;        ///< that wait for the store
};

/// Serves an ApiServer over HTTPS: HTTP/2 and HTTP/1.1 on one port (ALPN), streams for watches and logs, WebSockets,
/// and requests forwarded to nodes and applications. Begins at construction; destruction ends streams in order first.
class HttpServer {
public:
    /// Errors: the address cannot be listened on, or the certificate is unusable; readable.
    static std::expected<std::unique_ptr<HttpServer>, std::string> start(ApiServer& server, const HttpOptions& options);
    ~HttpServer();

    unsigned short port() const;
    /// Uses another certificate, key and authorities for connections that are made from now on; those that are there
    /// go on. Errors: they cannot be used; readable. Thread-safe.
    std::expected<void, std::string> renew(const HttpOptions& options);

private:
    class Listener;
    explicit HttpServer(std::unique_ptr<Listener> listener);
    std::unique_ptr<Listener> listener_;
};

} // namespace slipway::apiserver
