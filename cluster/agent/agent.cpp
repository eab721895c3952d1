#include "cluster/agent/agent.h"

#include "cluster/agent/network/node_network.h"
#include "cluster/agent/node/node_registration.h"
#include "cluster/agent/node/shutdown.h"
#include "cluster/agent/node/upkeep.h"
#include "cluster/agent/pod/event_recorder.h"
#include "cluster/agent/pod/pods.h"
#include "cluster/agent/pod/quantity.h"
#include "cluster/agent/runtime/cri/cri_runtime.h"
#include "cluster/agent/server/server.h"
#include "cluster/agent/source/api_objects.h"
#include "cluster/agent/source/mirror_pods.h"
#include "cluster/agent/source/standalone.h"
#include "cluster/agent/source/static_pods.h"
#include "cluster/agent/stats/exposition.h"
#include "cluster/agent/stats/summary.h"
#include "cluster/base/files.h"
#include "cluster/base/log.h"
#include "cluster/client/kubeconfig.h"

#include <unistd.h>

namespace slipway::agent {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr seconds lookAtAllEvery{60};

DnsSettings dnsSettings(const AgentSettings& settings) {
    DnsSettings dns;
    dns.clusterDns = settings.clusterDns;
    dns.clusterDomain = settings.clusterDomain;
    parseResolvConf(base::readFile(settings.resolvConf).value_or(""), dns);
    return dns;
}

template <class T> T orThrow(std::expected<T, std::string> value) {
    if (!value)
        throw std::runtime_error(value.error());
    return std::move(*value);
}

NodeReserve reserveOf(const AgentSettings& settings) {
    return {orThrow(parseReserved(settings.systemReserved)), orThrow(parseReserved(settings.kubeReserved)),
            orThrow(parseThresholds(settings.evictionHard))};
}

NodeIdentity identityOf(const AgentSettings& settings) {
    NodeIdentity identity;
    identity.name = settings.nodeName;
    identity.ip = settings.nodeIp;
    identity.hostname = settings.hostname.empty() ? settings.nodeName : settings.hostname;
    identity.port = settings.port;
    identity.controlPlane = settings.controlPlane;
    identity.podCidr = settings.podCidr;
    identity.root = settings.rootDir;
    identity.maxPods = settings.maxPods;
    identity.reserve = reserveOf(settings);
    return identity;
}

/// What an agent with an API server has besides its pods. Members end in reverse order.
struct Connected {
    std::shared_ptr<const client::Client> client;
    client::Informer<core::Service> services;
    client::Informer<core::Pod> pods;
    client::Informer<core::Node> node;
    ApiObjects objects;
    EventRecorder events;
    ApiPodWriter writer;

    Connected(const std::shared_ptr<const client::Client>& connection, const std::string& name)
        : client(connection)
        , services(connection)
        , pods(connection, "", {.fieldSelector = "spec.nodeName=" + name})
        , node(connection, "", {.fieldSelector = "metadata.name=" + name})
        , objects(connection, services)
        , events(connection, name)
        , writer(connection) {}
};

std::unique_ptr<Connected> connect(const AgentSettings& settings, std::string& caPem) {
    if (settings.kubeconfig.empty())
        return nullptr;
    for (bool told = false; !std::filesystem::exists(settings.kubeconfig); told = true) {
        if (!told)
            base::info("agent", "waiting for {}", settings.kubeconfig.string());
        ::usleep(50'000);
    }
    const auto context = client::loadContext(settings.kubeconfig);
    if (!context)
        throw std::runtime_error(context.error().message);
    caPem = context->caPem;
    const auto transport = client::makeHttpTransport(*context);
    if (!transport)
        throw std::runtime_error(transport.error().message);
    return std::make_unique<Connected>(std::make_shared<const client::Client>(*transport), settings.nodeName);
}

} // namespace

struct Agent::Parts {
    AgentSettings settings;
    std::string caPem;
    std::unique_ptr<Runtime> runtime;
    NoObjects noObjects;
    NoWriter noWriter;
    LoggedEvents loggedEvents;
    std::unique_ptr<Connected> connected;
    TaskPool pool;
    CheckLoop checks;
    AgentPaths paths;
    const Amounts allocatable_;
    PodCgroups cgroups;
    std::mutex stateMutex;
    NodeState state; ///< guarded by stateMutex
    NodeAllocatable node;
    Probes probes;
    Volumes volumes;
    PodEnvironment environment;
    Pods pods;
    std::unique_ptr<NodeRegistration> registration;
    std::unique_ptr<NodeNetwork> network;
    std::unique_ptr<MirrorPods> mirrors;
    std::atomic<bool> staticPodsRead = false;
    std::unique_ptr<StaticPods> staticPods;
    Usage usage;
    FolderUses folders;
    Upkeep upkeep;
    std::unique_ptr<NodeServer> server;
    std::jthread events, orphans;

    explicit Parts(AgentSettings given)
        : settings(std::move(given))
        , runtime(makeCriRuntime({.endpoint = settings.runtimeEndpoint, .runcRoot = settings.runcRoot}))
        , connected(connect(settings, caPem))
        , paths{settings.rootDir, settings.podLogs, settings.podLogs.parent_path() / "containers"}
        , allocatable_(readAllocatable())
        , cgroups(settings.podMaxPids)
        , node(nodeAllocatable())
        , probes(*runtime, eventSink(), pool, checks, [this](const std::string& uid) { pods.kick(uid); })
        , volumes(paths, objects(), node)
        , environment{*runtime, objects(), eventSink(),           writer(), volumes,        probes,
                      checks,   paths,     dnsSettings(settings), node,     settings.nodeIp}
        , pods(environment, pool)
        , usage(*runtime, pool, settings.rootDir)
        , upkeep(environment, pods, usage, pool, upkeepSettings(), [this](const auto& pressure) { tell(pressure); }) {
        environment.wake = pods.waker();
        environment.view = [this] { return view(); };
        environment.cgroups = &cgroups;
        guarded("preparing control groups", [&] { cgroups.prepareNode(allocatable_); });
        if (connected)
            startConnected();
        if (!settings.podManifests.empty())
            staticPods = std::make_unique<StaticPods>(
                settings.podManifests, settings.nodeName, [this](auto pod) { pods.set(std::move(pod)); },
                [this](const std::string& uid) { pods.drop(uid); }, [this] { staticPodsRead = true; });
        else
            staticPodsRead = true;
        events = std::jthread(
            [this](std::stop_token stop) { guarded("watching the runtime", [&] { watchRuntime(stop); }); });
        server = NodeServer::start(serverSettings(), *runtime, pods, paths);
    }

    /// Whoever gives work ends first, then the work, then what it uses.
    ~Parts() {
        server.reset();
        staticPods.reset();
        for (std::jthread* thread : {&events, &orphans}) {
            thread->request_stop();
            if (thread->joinable())
                thread->join();
        }
        pool.stop();
    }
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;

    ObjectSource& objects() { return connected ? static_cast<ObjectSource&>(connected->objects) : noObjects; }
    EventSink& eventSink() { return connected ? static_cast<EventSink&>(connected->events) : loggedEvents; }
    PodWriter& writer() { return connected ? static_cast<PodWriter&>(connected->writer) : noWriter; }

    Amounts readAllocatable() const {
        std::error_code error;
        std::filesystem::create_directories(settings.rootDir, error);
        Capacity capacity = readCapacity(settings.rootDir);
        capacity.pods = settings.maxPods;
        return amountsOf(allocatableQuantities(capacity, reserveOf(settings)));
    }

    NodeAllocatable nodeAllocatable() const {
        return {allocatable_.at("cpu"), allocatable_.at("memory") / 1000, allocatable_.at("ephemeral-storage") / 1000};
    }

    UpkeepSettings upkeepSettings() const {
        UpkeepSettings result;
        result.eviction = reserveOf(settings).eviction;
        const auto bytes = parseUnits(settings.logMaxSize);
        if (!bytes || *bytes <= 0)
            throw std::runtime_error("\"" + settings.logMaxSize + "\" is not a size");
        result.logBytes = static_cast<std::uint64_t>(*bytes);
        result.logFiles = settings.logMaxFiles;
        result.imageHigh = settings.imageGcHigh;
        result.imageLow = settings.imageGcLow;
        result.nodeName = settings.nodeName;
        return result;
    }

    void tell(const NodePressure& pressure) {
        {
            std::lock_guard lock(stateMutex);
            state.pressure = pressure;
        }
        if (registration)
            registration->tell(pressure);
    }

    /// The node as admission sees it.
    NodeView view() {
        NodeView result;
        result.name = settings.nodeName;
        result.allocatable = allocatable_;
        result.allowedSysctls = settings.allowedUnsafeSysctls;
        {
            std::lock_guard lock(stateMutex);
            result.memoryPressure = state.pressure.memory;
            result.diskPressure = state.pressure.disk;
            result.pidPressure = state.pressure.pid;
            result.shuttingDown = state.shuttingDown;
        }
        if (const auto known = connected ? connected->node.get("", settings.nodeName) : nullptr) {
            result.known = true;
            result.labels = known->metadata.labels;
            if (known->spec)
                result.taints = known->spec->taints;
            if (known->status) // extended resources are offered there; of the others the agent knows itself
                for (const auto& [name, amount] : amountsOf(known->status->allocatable))
                    result.allocatable.emplace(name, amount);
        }
        return result;
    }

    void shutDownPods(std::chrono::seconds limit) {
        {
            std::lock_guard lock(stateMutex);
            state.shuttingDown = true;
        }
        if (registration)
            registration->tellShutdown();
        endPods(pods, limit);
    }

    /// Figures, by path: type and body.
    std::optional<std::pair<std::string, std::string>> page(const std::string& path) {
        const auto stats = [this] { return collectStats(environment, pods, usage, folders, settings.nodeName); };
        const std::string plain = "text/plain; version=0.0.4; charset=utf-8";
        if (path == "/stats/summary" || path == "/stats/summary/")
            return std::pair("application/json", statsSummary(stats()));
        if (path == "/metrics/resource")
            return std::pair(plain, resourceMetrics(stats()));
        if (path == "/metrics/cadvisor")
            return std::pair(plain, containerMetrics(stats(), environment));
        if (path == "/metrics/probes")
            return std::pair(plain, probeMetrics(probes.counts()));
        if (path == "/metrics")
            return std::pair(plain, agentMetrics(stats(), pods));
        return std::nullopt;
    }

    NodeServerSettings serverSettings() {
        NodeServerSettings result;
        result.port = settings.port;
        result.nodeName = settings.nodeName;
        result.nodeIp = settings.nodeIp;
        result.clientCaPem = caPem;
        result.pages = [this](const std::string& path) { return page(path); };
        const auto beside = settings.kubeconfig.parent_path() / ("node-" + settings.nodeName);
        result.certificate =
            settings.tlsCertificate.empty() ? std::filesystem::path(beside) += ".crt" : settings.tlsCertificate;
        result.key = settings.tlsKey.empty() ? std::filesystem::path(beside) += ".key" : settings.tlsKey;
        return result;
    }

    void startConnected() {
        mirrors = std::make_unique<MirrorPods>(connected->client, pods, pool);
        connected->pods.onChange([this](const auto& before, const auto& after) {
            const auto& pod = after ? after : before;
            if (isMirror(*pod)) // runs already, from its file
                return mirrors->see(pod, !after);
            if (before && after && before->metadata.uid != after->metadata.uid)
                pods.drop(before->metadata.uid);
            after ? pods.set(after) : pods.drop(before->metadata.uid);
        });
        registration =
            std::make_unique<NodeRegistration>(connected->client, *runtime, eventSink(), identityOf(settings));
        registration->start();
        connected->node.start();
        network = std::make_unique<NodeNetwork>(
            networkSettings(),
            NodeNetwork::Node{connected->client, connected->services,
                              [this](milliseconds patience) { return registration->waitForPodCidr(patience); },
                              [this] { registration->refresh(); }});
        network->start();
        connected->services.start();
        connected->pods.start();
        orphans =
            std::jthread([this](std::stop_token stop) { guarded("removing orphans", [&] { removeOrphans(stop); }); });
    }

    /// Once it is known which pods should be here, what is left of others goes.
    void removeOrphans(std::stop_token stop) {
        while (!stop.stop_requested() && !(connected->pods.waitForSync(milliseconds(200)) && staticPodsRead))
            ::usleep(10'000);
        if (stop.stop_requested())
            return;
        std::vector<std::shared_ptr<const core::Pod>> shown = connected->pods.list();
        std::erase_if(shown, [](const auto& pod) { return !isMirror(*pod); });
        mirrors->begin(shown);
        std::set<std::string> wanted;
        for (const auto& pod : connected->pods.list())
            wanted.insert(pod->metadata.uid);
        for (const auto& entry : pods.list())
            wanted.insert(entry.pod->metadata.uid);
        pods.removeOrphans(wanted);
    }

    NodeNetworkSettings networkSettings() const {
        NodeNetworkSettings result;
        result.nodeName = settings.nodeName;
        result.nodeIp = settings.nodeIp;
        result.clusterDns = settings.clusterDns;
        result.clusterDomain = settings.clusterDomain;
        result.podCidr = settings.podCidr;
        result.clusterCidr = settings.clusterCidr;
        result.cniConfig = settings.cniConfig;
        result.resolvConf = settings.resolvConf;
        result.serviceProxy = settings.serviceProxy;
        result.podNetwork = settings.podNetwork;
        return result;
    }

    void watchRuntime(std::stop_token stop) {
        std::mutex mutex;
        std::condition_variable_any pause;
        const std::jthread all([&](std::stop_token ending) {
            std::unique_lock lock(mutex);
            bool never = false;
            while (!pause.wait_for(lock, ending, lookAtAllEvery, [&] { return never; }) && !ending.stop_requested())
                pods.kickAll(); // an event may have been missed
        });
        while (!stop.stop_requested()) {
            const auto watched =
                runtime->watchEvents(stop, [this](const RuntimeEvent& event) { pods.kick(event.podUid); });
            if (stop.stop_requested())
                return;
            if (!watched)
                base::debug("agent", "runtime events: {}", watched.error().message);
            pods.kickAll();
            if (registration)
                registration->refresh();
            std::unique_lock lock(mutex);
            bool never = false;
            pause.wait_for(lock, stop, milliseconds(500), [&] { return never; });
        }
    }
};

Agent::Agent(AgentSettings settings) : parts_(std::make_unique<Parts>(std::move(settings))) {}

Agent::~Agent() = default;

void Agent::shutDownPods(std::chrono::seconds limit) {
    parts_->shutDownPods(limit);
}

} // namespace slipway::agent
