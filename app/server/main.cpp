#include "app/server/cluster_files.h"
#include "app/server/cluster_signers.h"
#include "app/server/scheduling.h"
#include "app/server/snapshot_command.h"
#include "cluster/apiserver/encryption/encrypted_store.h"
#include "cluster/apiserver/history_keeper.h"
#include "cluster/apiserver/http_server.h"
#include "cluster/apiserver/local_transport.h"
#include "cluster/apiserver/server.h"
#include "cluster/base/files.h"
#include "cluster/base/log.h"
#include "cluster/controllers/controllers.h"
#include "cluster/ingress/ingress_controller.h"
#include "cluster/scheduler/scheduler.h"
#include "cluster/store/sqlite_store.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <format>

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

int run(const server::Settings& settings) {
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
    const auto store = store::openSqliteStore(settings.dataDir / "store.db");
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
    options.serviceAccountKeyPem = files->serviceAccountKeyPem;
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
    apiserver::ApiServer server(objects, options);
    server.bootstrap();
    apiserver::HistoryLimits limits;
    limits.age = std::chrono::seconds(settings.historySeconds);
    limits.revisions = settings.historyRevisions;
    const apiserver::HistoryKeeper history(**store, limits);

    apiserver::HttpOptions http;
    http.address = settings.bindAddress;
    http.port = settings.securePort;
    http.certificatePem = files->serverCertPem;
    http.keyPem = files->serverKeyPem;
    http.clientCaPem = files->caPem;
    const auto listening = apiserver::HttpServer::start(server, http);
    if (!listening) {
        base::error("server", "{}", listening.error());
        return 1;
    }
    server.started();
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
    const auto scheduler = std::make_shared<scheduler::Scheduler>(clientAs("system:kube-scheduler"), *scheduling);
    server.servePages([weak = std::weak_ptr(scheduler)](const std::string& path) {
        const auto running = weak.lock();
        return running ? server::decisionsPage(*running, path) : std::nullopt;
    });
    scheduler->start();
    std::unique_ptr<ingress::IngressController> ingress;
    if (!settings.ingressAddress.empty()) {
        ingress::IngressSettings proxy;
        proxy.address = settings.ingressAddress;
        proxy.resolver = settings.clusterDns;
        ingress = std::make_unique<ingress::IngressController>(
            proxy, clientAs("system:serviceaccount:kube-system:ingress-controller"));
        ingress->start();
    }
    stop.wait();
    server.stop();
    base::info("server", "stopping");
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::string_view(argv[1]) == "snapshot")
        return server::runSnapshotCommand(argc - 1, argv + 1);
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
    app.add_option("--token-auth-file", settings.tokenFile, "File of static tokens: token,user,uid,\"groups\"")
        ->check(CLI::ExistingFile);
    app.add_option("--history-seconds", settings.historySeconds, "How long past revisions are kept")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    app.add_option("--history-revisions", settings.historyRevisions, "How many past revisions are kept at most")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    bool verbose = false;
    app.add_flag("--verbose", verbose, "Log every step");
    CLI11_PARSE(app, argc, argv);
    base::setLogLevel(verbose ? base::LogLevel::debug : base::LogLevel::info);
    if (settings.advertiseAddress.empty())
        settings.advertiseAddress = settings.bindAddress == "0.0.0.0" ? "127.0.0.1" : settings.bindAddress;
    return run(settings);
}
