#pragma once

#include "cluster/apiserver/http/io.h"
#include "cluster/apiserver/request.h"

#include <boost/asio/ssl/context.hpp>
#include <map>
#include <mutex>

namespace slipway::apiserver {

/// How the server trusts those it forwards to, and shows itself to them. Thread-safe.
struct BackendTrust {
    ssl::context node{ssl::context::tls_client};       ///< the cluster's CA and the server's own certificate
    ssl::context unverified{ssl::context::tls_client}; ///< applications with certificates of their own
    std::string certificatePem, keyPem;                ///< the server's own

    /// For servers with a CA of their own (empty: not verified), to whom the server shows itself.
    ssl::context& of(const std::string& caPem);

private:
    std::mutex mutex_;
    std::map<std::string, ssl::context> services_; ///< by CA
};

/// A connection to a server that a request is forwarded to, with TLS or without. On one strand only.
class Backend {
public:
    virtual ~Backend() = default;
    /// Bytes as they come; zero bytes with an error at the end.
    virtual awaitable<std::pair<error_code, std::size_t>> read(asio::mutable_buffer into) = 0;
    virtual awaitable<error_code> write(asio::const_buffer bytes) = 0;
    /// Ends everything that is waited for.
    virtual void close() = 0;

    /// Connects. The error is readable, in the words of Kubernetes' own client.
    static awaitable<std::expected<std::unique_ptr<Backend>, std::string>> connect(const Forward& to,
                                                                                   BackendTrust& trust);
};

} // namespace slipway::apiserver
