#include "cluster/agent/network/node_network.h"

#include "cluster/agent/pod/pod_config.h"
#include "cluster/base/files.h"
#include "cluster/base/log.h"
#include "cluster/network/cni_config.h"
#include "cluster/network/dns/server.h"
#include "cluster/network/services/service_writer.h"

namespace slipway::agent {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds lookEvery{200};

std::unique_ptr<network::DnsServer> startDns(const NodeNetworkSettings& settings) {
    if (settings.clusterDns.empty())
        return nullptr;
    if (auto added = network::addLoopbackAddress(settings.clusterDns); !added)
        base::warn("agent", "cluster DNS: {}", added.error());
    DnsSettings node;
    parseResolvConf(base::readFile(settings.resolvConf).value_or(""), node);
    network::DnsServerSettings server;
    server.address = settings.clusterDns;
    server.upstream = node.nodeServers;
    auto started = network::DnsServer::start(server);
    if (!started) {
        base::error("agent", "{}", started.error());
        return nullptr;
    }
    return std::move(*started);
}

} // namespace

struct NodeNetwork::Parts {
    const NodeNetworkSettings settings;
    Node node;
    client::Informer<api::discovery_v1::EndpointSlice> slices;
    std::unique_ptr<network::DnsServer> dns;
    std::map<std::string, network::ServiceView> names;
    network::HealthPorts health;
    std::unique_ptr<network::ServiceWriter> writer;
    std::shared_ptr<network::ServiceFeed> feed; // shared with the informers, which may end later
    std::jthread setup;

    Parts(NodeNetworkSettings given, Node lent)
        : settings(std::move(given)), node(std::move(lent)), slices(node.client), dns(startDns(settings)) {}

    ~Parts() {
        setup.request_stop();
        if (setup.joinable())
            setup.join();
        if (feed)
            feed->stop();
    }
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;

    void start() {
        std::vector<network::ServiceFeed::Consumer> consumers;
        if (dns)
            consumers.push_back([this](const auto& views) { return updateNames(views); });
        if (settings.serviceProxy)
            consumers.push_back([this](const auto& views) { return writer->apply(views); });
        feed = std::make_shared<network::ServiceFeed>(std::move(consumers));
        node.services.onChange(
            [to = feed](const auto& before, const auto& after) { to->serviceChanged(before, after); });
        slices.onChange([to = feed](const auto& before, const auto& after) { to->sliceChanged(before, after); });
        slices.start();
        setup = std::jthread([this](std::stop_token stop) { setUp(stop); });
    }

    /// Waits for the node's range of pod addresses and for the services, then lets the rules be written.
    void setUp(std::stop_token stop) {
        network::prepareKernelForwarding();
        std::string cidr = settings.podCidr;
        while (cidr.empty() && !stop.stop_requested())
            cidr = node.waitForPodCidr(lookEvery);
        if (stop.stop_requested())
            return;
        if (settings.podNetwork && !network::hasForeignCni(settings.cniConfig)) {
            if (auto written = network::writeCniConfig(settings.cniConfig, {cidr}); !written)
                base::error("agent", "CNI configuration: {}", written.error());
        }
        node.networkConfigured();
        network::ServiceWriterSettings rules;
        rules.nodeName = settings.nodeName;
        rules.nodeIp = settings.nodeIp;
        rules.dnsAddress = settings.clusterDns;
        rules.ranges = {settings.clusterCidr.empty() ? cidr : settings.clusterCidr,
                        settings.podNetwork ? cidr : std::string()};
        writer = std::make_unique<network::ServiceWriter>(rules, &health);
        while (!stop.stop_requested() && !(node.services.waitForSync(lookEvery) && slices.waitForSync(lookEvery))) {
        }
        feed->ready();
    }

    bool updateNames(const std::vector<network::ServiceView>& views) {
        for (const network::ServiceView& view : views)
            names[view.key] = view;
        std::vector<network::ServicePtr> services;
        std::vector<network::SlicePtr> all;
        for (const auto& [key, view] : names) {
            if (view.service)
                services.push_back(view.service);
            all.insert(all.end(), view.slices.begin(), view.slices.end());
        }
        dns->setZone(std::make_shared<const network::Zone>(network::makeZone(settings.clusterDomain, services, all)));
        return true;
    }
};

NodeNetwork::NodeNetwork(NodeNetworkSettings settings, Node node)
    : parts_(std::make_unique<Parts>(std::move(settings), std::move(node))) {}

NodeNetwork::~NodeNetwork() = default;

void NodeNetwork::start() {
    parts_->start();
}

} // namespace slipway::agent
