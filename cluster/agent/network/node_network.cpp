#include "cluster/agent/network/node_network.h"

#include "cluster/agent/network/cluster_dns.h"
#include "cluster/agent/network/pod_routes.h"
#include "cluster/agent/network/policy_sources.h"
#include "cluster/base/log.h"
#include "cluster/network/cni_config.h"
#include "cluster/network/services/service_writer.h"

namespace slipway::agent {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds lookEvery{200};
constexpr std::chrono::seconds lookAroundEvery{10};
constexpr char zoneLabel[] = "topology.kubernetes.io/zone";

std::unique_ptr<ClusterDns> makeDns(const NodeNetworkSettings& settings,
                                    const std::shared_ptr<const client::Client>& client) {
    if (settings.clusterDns.empty())
        return nullptr;
    return std::make_unique<ClusterDns>(
        ClusterDns::Settings{settings.clusterDns, settings.clusterDomain, settings.resolvConf}, client);
}

} // namespace

struct NodeNetwork::Parts {
    const NodeNetworkSettings settings;
    Node node;
    client::Informer<api::discovery_v1::EndpointSlice> slices;
    std::unique_ptr<PodRoutes::Nodes> nodes; // ends before what its handler tells
    PodRoutes routes;
    PolicySources policySources;
    std::unique_ptr<ClusterDns> dns;
    network::HealthPorts health;
    std::unique_ptr<network::ServiceWriter> writer;
    std::shared_ptr<network::ServiceFeed> feed; // shared with the informers, which may end later
    std::mutex zoneMutex;
    std::string zone;
    std::jthread setup;

    Parts(NodeNetworkSettings given, Node lent)
        : settings(std::move(given))
        , node(std::move(lent))
        , slices(node.client)
        , nodes(std::make_unique<PodRoutes::Nodes>(node.client))
        , routes(*nodes, settings.nodeName, settings.nodeIp)
        , policySources(node.client, settings.nodeName)
        , dns(makeDns(settings, node.client)) {}

    ~Parts() {
        setup.request_stop();
        if (setup.joinable())
            setup.join();
        routes.stop();
        nodes.reset();
        if (feed)
            feed->stop();
        policySources.stop();
    }
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;

    void start() {
        std::vector<network::ServiceFeed::Consumer> consumers;
        if (dns)
            consumers.push_back([this](const auto& views) {
                dns->update(views);
                return true;
            });
        if (settings.serviceProxy)
            consumers.push_back([this](const auto& views) { return writeRules(views); });
        feed = std::make_shared<network::ServiceFeed>(std::move(consumers));
        node.services.onChange(
            [to = feed](const auto& before, const auto& after) { to->serviceChanged(before, after); });
        slices.onChange([to = feed](const auto& before, const auto& after) { to->sliceChanged(before, after); });
        nodes->onChange([this](const auto& before, const auto& after) { nodeChanged(before, after); });
        slices.start();
        nodes->start();
        if (dns)
            dns->start();
        if (settings.serviceProxy)
            policySources.start();
        setup = std::jthread([this](std::stop_token stop) { setUp(stop); });
    }

    void nodeChanged(const network::NodePtr& before, const network::NodePtr& after) {
        routes.changed();
        if (!after || after->metadata.name != settings.nodeName)
            return;
        const auto zoneOf = [](const network::NodePtr& each) {
            const auto label =
                each ? each->metadata.labels.find(zoneLabel) : std::map<std::string, std::string>::const_iterator();
            return each && label != each->metadata.labels.end() ? label->second : std::string();
        };
        if (zoneOf(before) == zoneOf(after))
            return;
        {
            std::lock_guard lock(zoneMutex);
            zone = zoneOf(after);
        }
        feed->allChanged();
    }

    /// Waits for the node's range of pod addresses and for the services, then lets the rules be written.
    void setUp(std::stop_token stop) {
        network::prepareKernel();
        std::string cidr = settings.podCidr;
        while (cidr.empty() && !stop.stop_requested())
            cidr = node.waitForPodCidr(lookEvery);
        if (stop.stop_requested())
            return;
        joinPods(cidr);
        node.networkConfigured();
        while (!stop.stop_requested() && !(node.services.waitForSync(lookEvery) && slices.waitForSync(lookEvery))) {
        }
        writer = std::make_unique<network::ServiceWriter>(ruleSettings(cidr), &health);
        writer->setMasquerade(ours());
        feed->ready();
        std::mutex mutex;
        std::condition_variable_any pause;
        std::unique_lock lock(mutex);
        bool never = false;
        while (!pause.wait_for(lock, stop, lookAroundEvery, [&] { return never; }) && !stop.stop_requested()) {
            if (routes.isWanted() != ours())
                stepAside();
            if (dns)
                dns->refreshServers();
        }
    }

    /// Whether the node's pods are joined by us.
    bool ours() const { return settings.podNetwork && !network::hasForeignCni(settings.cniConfig); }

    void joinPods(const std::string& cidr) {
        routes.setWanted(ours());
        routes.start(cidr);
        if (!ours())
            return;
        if (auto written = network::writeCniConfig(settings.cniConfig, {cidr}); !written)
            base::error("agent", "CNI configuration: {}", written.error());
    }

    /// Another network was installed, or went.
    void stepAside() {
        base::info("agent", "pods are joined by {}", ours() ? "routes" : "another network");
        routes.setWanted(ours());
        writer->setMasquerade(ours());
        feed->allChanged();
    }

    network::ServiceWriterSettings ruleSettings(const std::string& cidr) const {
        network::ServiceWriterSettings rules;
        rules.nodeName = settings.nodeName;
        rules.nodeIp = settings.nodeIp;
        rules.dnsAddress = settings.clusterDns;
        rules.ranges = {settings.clusterCidr.empty() ? cidr : settings.clusterCidr, cidr};
        return rules;
    }

    bool writeRules(const std::vector<network::ServiceView>& views) {
        {
            std::lock_guard lock(zoneMutex);
            writer->setZone(zone);
        }
        return writer->apply(views);
    }
};

NodeNetwork::NodeNetwork(NodeNetworkSettings settings, Node node)
    : parts_(std::make_unique<Parts>(std::move(settings), std::move(node))) {}

NodeNetwork::~NodeNetwork() = default;

void NodeNetwork::start() {
    parts_->start();
}

} // namespace slipway::agent
