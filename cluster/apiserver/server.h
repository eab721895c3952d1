#pragma once

#include "cluster/apiserver/admission.h"
#include "cluster/apiserver/authentication.h"
#include "cluster/apiserver/registry.h"
#include "cluster/apiserver/request.h"
#include "cluster/apiserver/watch_cache.h"
#include "cluster/store/store.h"

#include <memory>
#include <string>

namespace slipway::client {
class Transport;
}

namespace slipway::apiserver {

class AccessControl;
class NodeConnections;

struct ServerOptions {
    std::string serviceAccountKeyPem;
    authentication::StaticTokens staticTokens;
    std::string issuer = "https://kubernetes.default.svc.cluster.local";
    std::string serviceCidr = "10.96.0.0/16";
    std::string advertiseAddress = "127.0.0.1";
    unsigned short securePort = 6443;
    std::string caPem;                                 ///< of the cluster, for connections to agents
    std::string agentClientCertPem, agentClientKeyPem; ///< how the server shows itself to agents
};

/// The API server's whole behaviour, without a socket: a request goes in, an answer comes out. Thread-safe.
/// handle() of a write blocks until the write is durable.
class ApiServer {
public:
    ApiServer(store::Store& store, ServerOptions options);
    ~ApiServer();

    Answer handle(const Request& request);

    /// Makes what every cluster has: namespaces, roles, priority classes, the kubernetes service.
    void bootstrap();
    /// To be called every so often (bookmarks).
    void tick();

    WatchCache& cache() { return cache_; }
    const ServerOptions& options() const { return options_; }

private:
    void bootstrapService();
    Answer dispatch(const Request& request, RequestInfo& info, const User& user);
    Answer resource(const Request& request, const RequestInfo& info, const User& user);
    Answer nonResource(const Request& request, const RequestInfo& info);

    const ServerOptions options_;
    store::Store& store_;
    WatchCache cache_;
    std::unique_ptr<AccessControl> access_;
    Admission admission_;
    Registry registry_;
    Authentication authentication_;
    std::unique_ptr<NodeConnections> nodes_;
};

} // namespace slipway::apiserver
