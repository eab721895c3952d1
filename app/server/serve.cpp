#include "app/server/serve.h"

#include "app/server/api_options.h"
#include "app/server/cluster_files.h"
#include "app/server/cluster_signers.h"
#include "app/server/reloading.h"
#include "app/server/scheduling.h"
#include "app/server/server_addresses.h"
#include "app/server/snapshot_command.h"
#include "app/server/virtual_address.h"
#include "cluster/apiserver/encryption/encrypted_store.h"
#include "cluster/apiserver/history_keeper.h"
#include "cluster/apiserver/http_server.h"
#include "cluster/apiserver/local_transport.h"
#include "cluster/apiserver/server.h"
#include "cluster/base/files.h"
#include "cluster/base/log.h"
#include "cluster/client/program.h"
#include "cluster/controllers/controllers.h"
#include "cluster/controllers/runtime/leader_election.h"
#include "cluster/ingress/ingress_controller.h"
#include "cluster/scheduler/scheduler.h"
#include "cluster/store/sqlite_store.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <format>
#include <mutex>
#include <unistd.h>

using namespace slipway;

namespace {

/// Blocks the stopping signals in every thread made after it, and waits for one of them.
class StopSignals {
public:
    StopSignals() {
        sigemptyset(&set_);
        sigaddset(&set_, SIGTERM);
        sigaddset(&set_, SIGINT);
        pthread_sigmask(SIG_BLOCK, &set_, nullptr);
        std::signal(SIGPIPE, SIG_IGN);
    }
    void wait() {
        int signal = 0;
        sigwait(&set_, &signal);
    }

private:
    sigset_t set_;
};

/// The store with the resources encrypted that the configuration names; null without a configuration.
std::expected<std::unique_ptr<apiserver::encryption::EncryptedStore>, std::string>
encryptedStore(const server::Settings& settings, store::Store& behind) {
    if (settings.encryptionConfig.empty())
        return nullptr;
    const auto text = base::readFile(settings.encryptionConfig);
    if (!text)
        return std::unexpected(text.error().message);
    auto resources = apiserver::encryption::readEncryptionConfig(*text);
    if (!resources)
        return std::unexpected(settings.encryptionConfig.string() + ": " + resources.error());
    auto made = std::make_unique<apiserver::encryption::EncryptedStore>(behind, std::move(*resources));
    if (const auto rewritten = made->rewriteStale(); !rewritten)
        return std::unexpected(rewritten.error().message);
    return made;
}

/// The texts of files; an empty name is an empty text.
std::expected<std::string, std::string> textOf(const std::filesystem::path& file) {
    if (file.empty())
        return std::string();
    return base::readFile(file).transform_error([](const auto& error) { return error.message; });
}

store::Result<std::unique_ptr<store::Store>> openStore(const server::Settings& settings, server::OpenEtcd openEtcd) {
    if (settings.etcd.empty())
        return store::openSqliteStore(settings.dataDir / "store.db");
    store::EtcdOptions options;
    options.endpoints = settings.etcd;
    options.prefix = settings.etcdPrefix;
    options.serverName = settings.etcdServerName;
    const std::pair<const std::filesystem::path&, std::string&> texts[] = {
        {settings.etcdCa, options.caPem},
        {settings.etcdCertificate, options.certificatePem},
        {settings.etcdKey, options.keyPem}};
    for (const auto& [file, text] : texts) {
        auto read = textOf(file);
        if (!read)
            return std::unexpected(store::Error{store::Errc::io, read.error()});
        text = std::move(*read);
    }
    return openEtcd(options);
}

/// The scheduler; of several servers the one that holds the lease runs it.
class ElectedScheduler {
public:
    ElectedScheduler(std::shared_ptr<const client::Client> client, scheduler::Configuration configuration,
                     bool amongServers, const std::string& identity)
        : client_(std::move(client)), configuration_(std::move(configuration)) {
        if (!amongServers)
            begin();
        else
            election_ = std::make_unique<controllers::LeaderElection>(
                client_, "kube-scheduler", identity,
                controllers::LeaderElection::Callbacks{[this] { begin(); }, [this] { replace(nullptr); }});
        if (election_)
            election_->start();
    }
    ~ElectedScheduler() { election_.reset(); }

    /// Null while another server's runs. Thread-safe.
    std::shared_ptr<scheduler::Scheduler> running() const {
        const std::lock_guard lock(mutex_);
        return scheduler_;
    }

private:
    void begin() {
        const auto next = std::make_shared<scheduler::Scheduler>(client_, configuration_);
        replace(next);
        next->start();
    }
    /// The one before ends outside the lock.
    void replace(std::shared_ptr<scheduler::Scheduler> next) {
        const std::lock_guard lock(mutex_);
        scheduler_.swap(next);
    }

    const std::shared_ptr<const client::Client> client_;
    const scheduler::Configuration configuration_;
    mutable std::mutex mutex_;
    std::shared_ptr<scheduler::Scheduler> scheduler_;
    std::unique_ptr<controllers::LeaderElection> election_;
};

int run(const server::Settings& settings, server::OpenEtcd openEtcd) {
    StopSignals stop;
    const auto files = server::prepareClusterFiles(settings);
    if (!files) {
        base::error("server", "{}", files.error());
        return 1;
    }
    const auto scheduling = server::schedulerConfiguration(settings.schedulerConfig);
    if (!scheduling) {
        base::error("server", "{}", scheduling.error());
        return 1;
    }
    const auto store = openStore(settings, openEtcd);
    if (!store) {
        base::error("server", "the store cannot be opened: {}", store.error().message);
        return 1;
    }
    const auto encrypted = encryptedStore(settings, **store);
    if (!encrypted) {
        base::error("server", "{}", encrypted.error());
        return 1;
    }
    store::Store& objects = *encrypted ? **encrypted : **store;
    apiserver::ServerOptions options;
    const auto accountKeys = server::accountKeys(settings.identities, files->serviceAccountKeyPem);
    if (!accountKeys) {
        base::error("server", "{}", accountKeys.error());
        return 1;
    }
    options.serviceAccountKeyPem = *accountKeys;
    options.serviceCidr = settings.serviceCidr;
    options.advertiseAddress = settings.advertiseAddress;
    options.securePort = settings.securePort;
    options.caPem = files->caPem;
    options.agentClientCertPem = files->agentClientCertPem;
    options.agentClientKeyPem = files->agentClientKeyPem;
    if (!settings.tokenFile.empty()) {
        const auto text = base::readFile(settings.tokenFile);
        auto tokens =
            text ? apiserver::authentication::StaticTokens::parse(*text) : std::unexpected(text.error().message);
        if (!tokens) {
            base::error("server", "{}: {}", settings.tokenFile.string(), tokens.error());
            return 1;
        }
        options.staticTokens = std::move(*tokens);
    }
    auto audit = apiserver::audit::openAudit(settings.audit);
    if (!audit) {
        base::error("server", "{}", audit.error());
        return 1;
    }
    options.audit = std::move(*audit);
    apiserver::ApiServer server(objects, options);
    auto outside = server::outsideIdentities(settings.identities, options.issuer);
    if (!outside) {
        base::error("server", "{}", outside.error());
        return 1;
    }
    server.trust(std::move(*outside));
    server.bootstrap();
    apiserver::HistoryLimits limits;
    limits.age = std::chrono::seconds(settings.historySeconds);
    limits.revisions = settings.historyRevisions;
    limits.bytes = static_cast<std::uintmax_t>(settings.historyMebibytes) << 20;
    const apiserver::HistoryKeeper history(**store, limits);

    const auto http = server::readHttpOptions(settings);
    if (!http) {
        base::error("server", "{}", http.error());
        return 1;
    }
    const auto listening = apiserver::HttpServer::start(server, *http);
    if (!listening) {
        base::error("server", "{}", listening.error());
        return 1;
    }
    server.started();
    const server::Reloading reloading(settings, **listening, server, *http);
    base::info("server", "serving on {}:{}", settings.bindAddress, (*listening)->port());
    const auto clientAs = [&](const std::string& name) {
        apiserver::User user{
            name, {"system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"}, {}, {}};
        return std::make_shared<const client::Client>(apiserver::makeLocalTransport(server, std::move(user)));
    };
    controllers::Options controllerOptions;
    controllerOptions.caPem = files->caPem;
    controllerOptions.clusterCidr = settings.clusterCidr;
    controllerOptions.loadBalancerCidr = settings.loadBalancerCidr;
    controllerOptions.identity = std::format("{}:{}", settings.advertiseAddress, settings.securePort);
    controllerOptions.quota = server::makeQuotaEvaluation();
    controllerOptions.signers = server::makeSigners(*files, options.issuer);
    controllers::ControllerSet controllers(
        [&](const std::string& name) {
            return clientAs(name == "kube-controller-manager" ? "system:kube-controller-manager"
                                                              : "system:serviceaccount:kube-system:" + name);
        },
        controllerOptions);
    controllers.start();
    const auto scheduler = std::make_shared<ElectedScheduler>(clientAs("system:kube-scheduler"), *scheduling,
                                                              objects.isShared(), controllerOptions.identity);
    server.servePages([weak = std::weak_ptr(scheduler)](const std::string& path) -> std::optional<api::JsonObject> {
        const auto elected = weak.lock();
        const auto running = elected ? elected->running() : nullptr;
        return running ? server::decisionsPage(*running, path) : std::nullopt;
    });
    const auto own = std::make_shared<const client::Client>(apiserver::makeLocalTransport(
        server, {"system:apiserver", {"system:masters", "system:authenticated"}, {}, {}}));
    std::unique_ptr<server::ServerAddresses> addresses;
    if (objects.isShared())
        addresses = std::make_unique<server::ServerAddresses>(own, settings.advertiseAddress, settings.securePort);
    std::unique_ptr<ingress::IngressController> ingress;
    if (!settings.ingressAddress.empty()) {
        ingress::IngressSettings proxy;
        proxy.address = settings.ingressAddress;
        proxy.resolver = settings.clusterDns;
        ingress = std::make_unique<ingress::IngressController>(
            proxy, clientAs("system:serviceaccount:kube-system:ingress-controller"));
        ingress->start();
    }
    std::unique_ptr<server::VirtualAddress> shared;
    if (!settings.virtualAddress.empty())
        shared = std::make_unique<server::VirtualAddress>(own, settings.virtualAddress, settings.virtualInterface,
                                                          controllerOptions.identity);
    stop.wait();
    shared.reset(); // while leases can still be written
    server.stop();
    base::info("server", "stopping");
    return 0;
}

/// Becomes the program beside this one that can speak to etcd; returns when there is none.
void becomeEtcdServer(char** argv) {
    std::error_code ignored;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / "slipway-server-etcd";
    execv(program.c_str(), argv);
    base::error("server", "{} cannot be started: {}", program.string(), std::strerror(errno));
}

} // namespace

int slipway::server::serve(int argc, char** argv, OpenEtcd openEtcd) {
    if (argc > 1 && std::string_view(argv[1]) == "snapshot")
        return server::runSnapshotCommand(argc - 1, argv + 1);
    client::setProgramName("slipway-server");
    server::Settings settings;
    CLI::App app("slipway-server: a Kubernetes control plane in one process");
    app.add_option("--data-dir", settings.dataDir, "Folder of the store, keys and kubeconfigs")->required();
    app.add_option("--secure-port", settings.securePort, "HTTPS port")->capture_default_str();
    app.add_option("--bind-address", settings.bindAddress, "Address to listen on")->capture_default_str();
    app.add_option("--advertise-address", settings.advertiseAddress, "Address by which others reach this server");
    app.add_option("--service-cidr", settings.serviceCidr, "Network of the service addresses")->capture_default_str();
    app.add_option("--cluster-cidr", settings.clusterCidr, "Network of the pod addresses")->capture_default_str();
    app.add_option("--load-balancer-cidr", settings.loadBalancerCidr,
                   "Network of the addresses of LoadBalancer services; otherwise they get those of the nodes");
    app.add_option("--virtual-address", settings.virtualAddress,
                   "An address that one of several servers has at a time, for their clients");
    app.add_option("--virtual-interface", settings.virtualInterface, "Where it is added")->capture_default_str();
    app.add_option("--tls-san", settings.extraNames, "Further names or addresses in the certificate");
    app.add_option("--ingress-address", settings.ingressAddress,
                   "Serve Ingresses with nginx on this machine, which others reach by this address");
    app.add_option("--cluster-dns", settings.clusterDns,
                   "The cluster's DNS server, for Ingresses of ExternalName services");
    app.add_option("--node-name", settings.nodeName, "Also make credentials for the agent of this node");
    app.add_option("--encryption-provider-config", settings.encryptionConfig,
                   "EncryptionConfiguration file: which resources are kept encrypted, with which keys")
        ->check(CLI::ExistingFile);
    app.add_option("--scheduler-config", settings.schedulerConfig,
                   "KubeSchedulerConfiguration file: profiles, plugins and extenders of the scheduler")
        ->check(CLI::ExistingFile);
    auto* certificate = app.add_option("--tls-cert-file", settings.tlsCertificate,
                                       "Certificate to serve with in place of the server's own; like all certificates "
                                       "read anew when it changes")
                            ->check(CLI::ExistingFile);
    auto* key = app.add_option("--tls-private-key-file", settings.tlsKey, "Its key")->check(CLI::ExistingFile);
    certificate->needs(key);
    key->needs(certificate);
    app.add_option("--client-ca-file", settings.clientCa,
                   "Authorities whose client certificates are believed, beside the cluster's own")
        ->check(CLI::ExistingFile);
    app.add_option("--token-auth-file", settings.tokenFile, "File of static tokens: token,user,uid,\"groups\"")
        ->check(CLI::ExistingFile);
    app.add_option("--history-seconds", settings.historySeconds, "How long past revisions are kept")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    app.add_option("--history-revisions", settings.historyRevisions, "How many past revisions are kept at most")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    app.add_option("--history-mebibytes", settings.historyMebibytes,
                   "What the store may take on disk before fewer past revisions are kept")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    app.add_option("--etcd", settings.etcd,
                   "Keep the objects in this etcd (http://ADDRESS:PORT or https://...; several: its members), which "
                   "other servers may use too, instead of in a file")
        ->delimiter(',');
    app.add_option("--etcd-prefix", settings.etcdPrefix, "Of all keys in etcd")->capture_default_str();
    app.add_option("--etcd-cafile", settings.etcdCa, "Who signed etcd's certificate")->check(CLI::ExistingFile);
    app.add_option("--etcd-server-name", settings.etcdServerName,
                   "What the certificates of all its members name, where that is not the host of the first");
    app.add_option("--etcd-certfile", settings.etcdCertificate, "How the server shows itself to etcd")
        ->check(CLI::ExistingFile);
    app.add_option("--etcd-keyfile", settings.etcdKey, "The key of that certificate")->check(CLI::ExistingFile);
    server::addAuditOptions(app, settings.audit);
    server::addIdentityOptions(app, settings.identities);
    bool verbose = false;
    app.add_flag("--verbose", verbose, "Log every step");
    CLI11_PARSE(app, argc, argv);
    base::setLogLevel(verbose ? base::LogLevel::debug : base::LogLevel::info);
    if (settings.advertiseAddress.empty())
        settings.advertiseAddress = settings.bindAddress == "0.0.0.0" ? "127.0.0.1" : settings.bindAddress;
    if (!settings.etcd.empty() && openEtcd == nullptr) {
        becomeEtcdServer(argv);
        return 1;
    }
    return run(settings, openEtcd);
}
