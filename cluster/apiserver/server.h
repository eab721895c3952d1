#pragma once

#include "cluster/apiserver/admission.h"
#include "cluster/apiserver/api_documents.h"
#include "cluster/apiserver/api_services.h"
#include "cluster/apiserver/authentication.h"
#include "cluster/apiserver/custom/custom_resources.h"
#include "cluster/apiserver/flow_schemas.h"
#include "cluster/apiserver/registry.h"
#include "cluster/apiserver/request.h"
#include "cluster/apiserver/watch_cache.h"
#include "cluster/store/store.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace slipway::client {
class Transport;
}

namespace slipway::apiserver {

namespace audit {
class Audit;
class AuditedRequest;
} // namespace audit

class AccessControl;
struct HealthCheck;
class NodeConnections;
struct ResourceRequest;

struct ServerOptions {
    std::string serviceAccountKeyPem; ///< keys that service account tokens are checked with; the first signs
    authentication::StaticTokens staticTokens;
    std::string issuer = "https://kubernetes.default.svc.cluster.local";
    std::string serviceCidr = "10.96.0.0/16";
    std::string advertiseAddress = "127.0.0.1";
    unsigned short securePort = 6443;
    std::string caPem;                                 ///< of the cluster, for connections to agents
    std::string agentClientCertPem, agentClientKeyPem; ///< how the server shows itself to agents
    /// How long a list may take from its first page to its last, whatever history is kept: clients that come later are
    /// told with 410, as Kubernetes' servers do after five minutes, and may go on with the objects as they are then.
    std::chrono::seconds listLifetime{300};
    std::shared_ptr<audit::Audit> audit = {}; ///< null: nothing is noted
};

/// The API server's whole behaviour, without a socket: a request goes in, an answer comes out. Thread-safe.
/// handle() of a write blocks until the write is durable.
class ApiServer {
public:
    ApiServer(store::Store& store, ServerOptions options);
    ~ApiServer();

    /// @p headers, where given: what any answer to the request has to carry is added.
    Answer handle(const Request& request, Headers* headers = nullptr);

    /// Makes what every cluster has: namespaces, roles, priority classes, the kubernetes service.
    void bootstrap();
    /// Whether other servers write to the same store. Then a request that wants the present first waits until this
    /// server has everything that any of them acknowledged, so that reads block too.
    bool readsMayBlock() const { return store_.isShared(); }
    /// Which other requests a request stands in line with while the server is busy.
    FlowSchemas::Match classify(const Request& request) const;
    /// Whether it may take another server's answer to know who sends a request.
    bool mayAskIssuer(const Request& request) const { return authentication_.mayWait(request); }
    /// Whom other issuers vouch for, from now on.
    void trust(std::shared_ptr<const authentication::OutsideIdentities> outside) {
        authentication_.trust(std::move(outside));
    }
    std::vector<PriorityLevel> priorityLevels() const { return flows_.levels(); }
    /// To be called once the server listens: what need not be there before.
    void started() { services_.start(); }
    /// The server is about to stop: /readyz says so from now on.
    void stop() { stopping_ = true; }
    /// Further pages, for GET at paths that are not the server's own and whose reader RBAC lets in; they answer nothing
    /// for a path they do not know. Replaces the pages before.
    using Pages = std::function<std::optional<api::JsonObject>(const std::string& path)>;
    void servePages(Pages pages) { pages_ = std::make_shared<const Pages>(std::move(pages)); }
    /// To be called every so often (bookmarks).
    void tick();

    WatchCache& cache() { return cache_; }
    /// What is served now, resources of definitions among it.
    std::shared_ptr<const Catalog> catalog() const { return customResources_.catalog(); }
    const ServerOptions& options() const { return options_; }

private:
    Answer decide(const Request& request, RequestInfo& info, Headers* headers);
    Answer admitted(const Request& request, RequestInfo& info, User& user, audit::AuditedRequest* audited,
                    Headers* headers);
    bool wantsPresent(const RequestInfo& info) const;
    /// True when nothing else was made meanwhile by another server.
    bool bootstrapOnce();
    std::vector<HealthCheck> healthChecks(std::string_view endpoint) const;
    Answer dispatch(const Request& request, RequestInfo& info, const User& user, audit::AuditedRequest* audited);
    Answer resource(const Request& request, const RequestInfo& info, const User& user, audit::AuditedRequest* audited);
    Answer answer(const ResourceRequest& r);
    bool mayList(const User& user, std::string_view group, std::string_view resource, std::string_view ns) const;
    Answer nonResource(const Request& request, const RequestInfo& info);

    const ServerOptions options_;
    store::Store& store_;
    WatchCache cache_;
    std::unique_ptr<AccessControl> access_;
    Admission admission_;
    Registry registry_;
    CustomResources customResources_;
    ApiDocuments documents_;
    Authentication authentication_;
    FlowSchemas flows_;
    std::unique_ptr<NodeConnections> nodes_;
    ApiServices services_;
    std::atomic<std::shared_ptr<const Pages>> pages_;
    std::atomic<bool> bootstrapped_ = false, stopping_ = false;
};

} // namespace slipway::apiserver
