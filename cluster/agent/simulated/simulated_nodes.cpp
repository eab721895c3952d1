#include "cluster/agent/simulated/simulated_nodes.h"

#include "cluster/agent/server/server.h"
#include "cluster/agent/simulated/simulated_pages.h"
#include "cluster/agent/simulated/simulated_pods.h"
#include "cluster/api/types/coordination_v1.h"
#include "cluster/base/log.h"
#include "cluster/base/time.h"
#include "cluster/client/informer.h"
#include "cluster/client/kubeconfig.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <unistd.h>

namespace slipway::agent {

using api::coordination_v1::Lease;
using std::chrono::milliseconds;
using std::chrono::system_clock;

namespace {

constexpr char leaseNamespace[] = "kube-node-lease";
constexpr milliseconds tryAgain{2000};

client::ConnectionSettings connectionOf(const SimulationSettings& settings) {
    for (bool told = false; !std::filesystem::exists(settings.kubeconfig); told = true) {
        if (!told)
            base::info("simulation", "waiting for {}", settings.kubeconfig.string());
        ::usleep(50'000);
    }
    auto context = client::loadContext(settings.kubeconfig);
    if (!context)
        throw std::runtime_error(context.error().message);
    return std::move(*context);
}

std::shared_ptr<const client::Client> connect(const client::ConnectionSettings& settings) {
    const auto transport = client::makeHttpTransport(settings);
    if (!transport)
        throw std::runtime_error(transport.error().message);
    return std::make_shared<const client::Client>(*transport);
}

} // namespace

class SimulatedNodes::Parts : public client::ReflectorSink {
public:
    explicit Parts(SimulationSettings given)
        : settings_(std::move(given))
        , connection_(connectionOf(settings_))
        , client_(connect(connection_))
        , pool_(settings_.threads)
        , pods_(client_, pool_, settings_.behaviour, settings_.shape.hostIp) {
        for (int number = 1; number <= settings_.count; ++number) {
            const std::string name = simulatedNodeName(settings_.shape, number);
            pods_.addNode(name, number);
            nodes_[name].number = number;
        }
        server_ = startServer();
        for (const auto& [name, node] : nodes_)
            pool_.run([this, name] { enlist(name); });
        nodeStream_ = std::make_unique<client::Reflector>(
            client_, client::resourceOf<core::Node>(), "",
            client::ListOptions{.labelSelector = std::string(simulatedLabel) + "=true"}, *this);
        podStream_ =
            std::make_unique<client::Reflector>(client_, client::resourceOf<core::Pod>(), "",
                                                client::ListOptions{.fieldSelector = "spec.nodeName!="}, pods_);
        nodeStream_->start();
        podStream_->start();
    }

    /// Whoever gives work ends first, then the work.
    ~Parts() override {
        server_.reset();
        podStream_.reset();
        nodeStream_.reset();
        pool_.stop();
    }

private:
    struct Node {
        int number = 0;
        std::string uid; ///< empty: not registered yet
        bool down = false, leaseExists = false;
    };

    std::unique_ptr<NodeServer> startServer() {
        NodeServerSettings server;
        server.port = settings_.shape.port;
        server.nodeName = settings_.shape.prefix;
        server.nodeIp = settings_.shape.hostIp;
        server.clientCaPem = connection_.caPem;
        server.certificate = settings_.tlsCertificate;
        server.key = settings_.tlsKey;
        server.pages = [this](const std::string& path) {
            return simulatedPage(path, pods_, settings_.shape.capacity, system_clock::now());
        };
        auto started = NodeServer::start(server);
        if (!started)
            throw std::runtime_error("the simulated nodes' port is taken");
        return started;
    }

    /// Registers a node; its heartbeat follows.
    void enlist(const std::string& name) {
        int number = 0;
        {
            std::lock_guard lock(mutex_);
            const auto node = nodes_.find(name);
            if (node == nodes_.end())
                return;
            number = node->second.number;
        }
        auto made = client_->create<core::Node>("", simulatedNode(settings_.shape, number, base::nowRfc3339()));
        if (!made && made.error().kind == client::Errc::alreadyExists)
            made = client_->get<core::Node>("", name);
        if (!made) {
            base::warn("simulation", "node {} is not registered: {}", name, made.error().message);
            return pool_.runAt(system_clock::now() + tryAgain, [this, name] { enlist(name); });
        }
        if (!made->metadata.labels.contains(simulatedLabel)) {
            base::error("simulation", "there is a real node {} already", name);
            return forget(name);
        }
        {
            std::lock_guard lock(mutex_);
            const auto node = nodes_.find(name);
            if (node == nodes_.end())
                return;
            node->second.uid = made->metadata.uid;
        }
        sayReady(*made);
        if (++registered_ == settings_.count)
            base::info("simulation", "{} nodes are registered", settings_.count);
        beat(name);
    }

    /// A node that was here before may have been found silent meanwhile, or say what an older start said.
    void sayReady(const core::Node& known) {
        int number = 0;
        {
            std::lock_guard lock(mutex_);
            const auto node = nodes_.find(known.metadata.name);
            if (node == nodes_.end())
                return;
            number = node->second.number;
        }
        const core::Node wanted = simulatedNode(settings_.shape, number, base::nowRfc3339());
        const auto ready = [](const core::Node& node) {
            const auto condition = std::ranges::find(node.status->conditions, "Ready", &core::NodeCondition::type);
            return condition != node.status->conditions.end() && condition->status == "True";
        };
        if (known.status && ready(known) && known.status->capacity == wanted.status->capacity &&
            known.status->addresses == wanted.status->addresses)
            return;
        client::PatchOptions options;
        options.subresource = "status";
        const api::Json patch = api::JsonObject{{"status", api::toJson(*wanted.status)}};
        if (const auto told = client_->patch(client::resourceOf<core::Node>(), "", known.metadata.name,
                                             client::PatchKind::strategicMerge, patch, options);
            !told)
            base::warn("simulation", "status of node {}: {}", known.metadata.name, told.error().message);
    }

    /// Renews the node's lease, and sees to it that this happens again. The first beats are spread over the interval.
    void beat(const std::string& name) {
        Node node;
        {
            std::lock_guard lock(mutex_);
            const auto known = nodes_.find(name);
            if (known == nodes_.end())
                return;
            node = known->second;
        }
        bool renewed = true;
        if (!node.down)
            renewed = node.leaseExists ? renewLease(name) : createLease(name, node.uid);
        auto next = renewed ? settings_.heartbeat : tryAgain;
        if (renewed && !node.down && !node.leaseExists)
            next = settings_.heartbeat * node.number / std::max(1, settings_.count);
        {
            std::lock_guard lock(mutex_);
            if (const auto known = nodes_.find(name); known != nodes_.end() && !node.down)
                known->second.leaseExists = renewed;
        }
        pool_.runAt(system_clock::now() + std::max(next, milliseconds(10)), [this, name] { beat(name); });
    }

    bool createLease(const std::string& name, const std::string& uid) {
        Lease lease;
        lease.metadata.name = name;
        lease.metadata.namespace_ = leaseNamespace;
        api::meta_v1::OwnerReference owner;
        owner.apiVersion = "v1";
        owner.kind = "Node";
        owner.name = name;
        owner.uid = uid;
        lease.metadata.ownerReferences = {owner};
        lease.spec.emplace();
        lease.spec->holderIdentity = name;
        lease.spec->leaseDurationSeconds = static_cast<std::int32_t>(
            std::chrono::duration_cast<std::chrono::seconds>(settings_.heartbeat * 4).count());
        lease.spec->renewTime = base::formatMicroTime(system_clock::now());
        const auto made = client_->create<Lease>(leaseNamespace, lease);
        if (!made && made.error().kind == client::Errc::alreadyExists)
            return renewLease(name);
        return made.has_value();
    }

    bool renewLease(const std::string& name) {
        const api::Json patch =
            api::JsonObject{{"spec", api::JsonObject{{"renewTime", base::formatMicroTime(system_clock::now())},
                                                     {"holderIdentity", name}}}};
        return client_->patch(client::resourceOf<Lease>(), leaseNamespace, name, client::PatchKind::merge, patch)
            .has_value();
    }

    void forget(const std::string& name) {
        pods_.removeNode(name);
        std::lock_guard lock(mutex_);
        nodes_.erase(name);
    }

    // The stream of nodes: who falls silent, who is gone.
    void look(const api::Json& object) {
        const std::string name(api::stringAt(object, {"metadata", "name"}));
        const bool down = api::stringAt(object, {"metadata", "annotations", simulatedDownAnnotation}) == "true";
        bool woken = false;
        {
            std::lock_guard lock(mutex_);
            const auto node = nodes_.find(name);
            if (node == nodes_.end() || node->second.down == down)
                return;
            node->second.down = down;
            woken = !down;
        }
        pods_.setDown(name, down);
        if (woken)
            pool_.run([this, name] {
                if (const auto node = client_->get<core::Node>("", name))
                    sayReady(*node);
            });
    }

    void replace(std::vector<std::shared_ptr<const api::Json>> objects) override {
        std::set<std::string> known;
        for (const auto& object : objects) {
            known.insert(std::string(api::stringAt(*object, {"metadata", "name"})));
            look(*object);
        }
        std::vector<std::string> gone;
        {
            std::lock_guard lock(mutex_);
            for (const auto& [name, node] : nodes_)
                if (!node.uid.empty() && node.leaseExists && !known.contains(name))
                    gone.push_back(name);
        }
        for (const std::string& name : gone)
            forget(name);
    }

    void apply(std::vector<client::Change> changes) override {
        for (const client::Change& change : changes) {
            if (change.kind == client::ChangeKind::deleted)
                forget(std::string(api::stringAt(*change.object, {"metadata", "name"})));
            else
                look(*change.object);
        }
    }

    void freshness(client::Freshness state, const std::string& message) override {
        if (state == client::Freshness::denied)
            base::warn("simulation", "watching nodes: {}", message);
    }

    const SimulationSettings settings_;
    const client::ConnectionSettings connection_;
    const std::shared_ptr<const client::Client> client_;
    std::mutex mutex_;
    std::map<std::string, Node> nodes_;
    std::atomic<int> registered_ = 0;
    TaskPool pool_;
    SimulatedPods pods_;
    std::unique_ptr<NodeServer> server_;
    std::unique_ptr<client::Reflector> nodeStream_, podStream_;
};

SimulatedNodes::SimulatedNodes(SimulationSettings settings) : parts_(std::make_unique<Parts>(std::move(settings))) {}
SimulatedNodes::~SimulatedNodes() = default;

} // namespace slipway::agent
