#include "cluster/network/services/affinity.h"
#include "cluster/network/services/health_ports.h"
#include "cluster/network/services/service_plan.h"
#include "cluster/network/services/stale_flows.h"
#include "service_fixture.h"

using namespace slipway::network;
using namespace slipway::network::test;

namespace {

QString addresses(const std::vector<Backend>& backends) {
    QStringList list;
    for (const Backend& backend : backends)
        list << QString::fromStdString(backend.address);
    return list.join(' ');
}

discovery::Endpoint terminating(const std::string& ip, const std::string& node = "n1") {
    auto result = endpoint(ip, false, node);
    result.conditions->serving = true;
    result.conditions->terminating = true;
    return result;
}

discovery::Endpoint hinted(const std::string& ip, const std::string& node, const std::string& forNode,
                           const std::string& forZone) {
    auto result = endpoint(ip, true, node);
    result.hints.emplace();
    if (!forNode.empty())
        result.hints->forNodes = {{forNode}};
    if (!forZone.empty())
        result.hints->forZones = {{forZone}};
    return result;
}

ServicePortPlan portOf(const core::Service& service, std::vector<discovery::Endpoint> endpoints,
                       const NodePlace& node = {"n1", "z1"}) {
    return planService(service, {shared(slice("web", std::move(endpoints)))}, node).ports.at(0);
}

core::Service nodePort(const std::string& policy = "Cluster") {
    auto result = service("web", "10.96.0.5");
    result.spec->type = "NodePort";
    result.spec->ports[0].nodePort = 30080;
    result.spec->externalTrafficPolicy = policy;
    return result;
}

} // namespace

class ServicePlanTest : public QObject {
    Q_OBJECT

private slots:
    void readyEndpointsOnly() {
        const auto port = portOf(service("web", "10.96.0.5"), {endpoint("10.244.0.2"), endpoint("10.244.0.3", false)});
        QCOMPARE(addresses(port.internal), "10.244.0.2");
        QVERIFY(port.internal[0].local && port.anyEndpoints);
        QCOMPARE(port.internal[0].port, 8080);
    }

    void terminatingOnesServeWhenNothingElseDoes() {
        const auto web = service("web", "10.96.0.5");
        QCOMPARE(addresses(portOf(web, {terminating("10.244.0.3")}).internal), "10.244.0.3");
        QCOMPARE(addresses(portOf(web, {terminating("10.244.0.3"), endpoint("10.244.0.2")}).internal), "10.244.0.2");
        // The node's own terminating one serves outside callers although others are ready elsewhere.
        const auto port = portOf(nodePort("Local"), {terminating("10.244.0.3"), endpoint("10.244.1.2", true, "n2")});
        QCOMPARE(addresses(port.external), "10.244.0.3");
        QCOMPARE(addresses(port.shortcut), "10.244.1.2");
    }

    void outsideCallersStayLocal() {
        const auto port = portOf(nodePort("Local"), {endpoint("10.244.0.2"), endpoint("10.244.1.2", true, "n2")});
        QVERIFY(port.externalLocal);
        QCOMPARE(addresses(port.external), "10.244.0.2");
        QCOMPARE(addresses(port.shortcut), "10.244.0.2 10.244.1.2");
        QCOMPARE(addresses(port.internal), "10.244.0.2 10.244.1.2");
        // A cluster service does not know outside callers.
        auto inside = service("web", "10.96.0.5");
        inside.spec->externalTrafficPolicy = "Local";
        QVERIFY(!portOf(inside, {endpoint("10.244.0.2")}).externalLocal);
    }

    void insideCallersStayLocal() {
        auto web = service("web", "10.96.0.5");
        web.spec->internalTrafficPolicy = "Local";
        QCOMPARE(addresses(portOf(web, {endpoint("10.244.0.2"), endpoint("10.244.1.2", true, "n2")}).internal),
                 "10.244.0.2");
        const auto none = portOf(web, {endpoint("10.244.1.2", true, "n2")});
        QVERIFY(none.internal.empty() && none.anyEndpoints); // dropped, not refused
    }

    void hints_data() {
        QTest::addColumn<QString>("nodes"); // of the two endpoints' hints
        QTest::addColumn<QString>("zones");
        QTest::addColumn<QString>("node");
        QTest::addColumn<QString>("zone");
        QTest::addColumn<QString>("chosen");
        QTest::newRow("none") << "" << "" << "n1" << "z1" << "10.244.0.2 10.244.0.3";
        QTest::newRow("zone") << "" << "z1 z2" << "n1" << "z1" << "10.244.0.2";
        QTest::newRow("no endpoint for the zone") << "" << "z1 z2" << "n1" << "z3" << "10.244.0.2 10.244.0.3";
        QTest::newRow("node without a zone") << "" << "z1 z2" << "n1" << "" << "10.244.0.2 10.244.0.3";
        QTest::newRow("one without a hint") << "" << "z1" << "n1" << "z1" << "10.244.0.2 10.244.0.3";
        QTest::newRow("node") << "n1 n2" << "z1 z1" << "n2" << "z1" << "10.244.0.3";
        QTest::newRow("other node, same zone") << "n1 n2" << "z1 z2" << "n3" << "z2" << "10.244.0.3";
    }
    void hints() {
        QFETCH(QString, nodes);
        QFETCH(QString, zones);
        QFETCH(QString, node);
        QFETCH(QString, zone);
        QFETCH(QString, chosen);
        const auto hint = [](const QString& words, int index) { return words.split(' ').value(index).toStdString(); };
        const auto port = portOf(service("web", "10.96.0.5"),
                                 {hinted("10.244.0.2", "n1", hint(nodes, 0), hint(zones, 0)),
                                  hinted("10.244.0.3", "n2", hint(nodes, 1), hint(zones, 1))},
                                 {node.toStdString(), zone.toStdString()});
        QCOMPARE(addresses(port.internal), chosen);
    }

    void balancerAddresses() {
        auto balancer = nodePort();
        balancer.spec->type = "LoadBalancer";
        balancer.spec->externalIPs = {"192.0.2.7"};
        balancer.spec->loadBalancerSourceRanges = {"198.51.100.0/24", "2001:db8::/32"};
        core::LoadBalancerIngress vip, proxy;
        vip.ip = "192.0.2.1";
        proxy.ip = "192.0.2.2";
        proxy.ipMode = "Proxy";
        balancer.status.emplace();
        balancer.status->loadBalancer.emplace();
        balancer.status->loadBalancer->ingress = {vip, proxy};
        const auto port = portOf(balancer, {endpoint("10.244.0.2")});
        QCOMPARE(port.externalIps, (std::vector<std::string>{"192.0.2.1", "192.0.2.7"}));
        QCOMPARE(port.balancerIps, std::vector<std::string>{"192.0.2.1"});
        QCOMPARE(port.sourceRanges, std::vector<std::string>{"198.51.100.0/24"});
        balancer.spec->loadBalancerSourceRanges.clear();
        QVERIFY(portOf(balancer, {endpoint("10.244.0.2")}).balancerIps.empty()); // nothing restricts them
    }

    void healthPort() {
        auto balancer = nodePort("Local");
        balancer.spec->type = "LoadBalancer";
        balancer.spec->healthCheckNodePort = 31234;
        const auto plan = planService(
            balancer, {shared(slice("web", {endpoint("10.244.0.2"), endpoint("10.244.1.2", true, "n2")}))}, {"n1", ""});
        QCOMPARE(plan.health.port, 31234);
        QCOMPARE(plan.health.localEndpoints, 1);
        QCOMPARE(
            healthAnswer("default/web", 1),
            std::string(
                R"({"service":{"namespace":"default","name":"web"},"localEndpoints":1,"serviceProxyHealthy":true})"));
    }

    void headlessAndExternalNamesNeedNoRules() {
        auto external = service("ext", "");
        external.spec->type = "ExternalName";
        QVERIFY(planService(service("db", "None"), {}, {"n1", ""}).ports.empty());
        QVERIFY(planService(external, {}, {"n1", ""}).ports.empty());
        for (const char* label : {"service.kubernetes.io/service-proxy-name", "service.kubernetes.io/headless"}) {
            auto left = service("web", "10.96.0.5");
            left.metadata.labels[label] = "";
            QVERIFY(planService(left, {}, {"n1", ""}).ports.empty());
        }
    }

    void familiesAreKeptApart() {
        auto dual = service("web", "10.96.0.5");
        dual.spec->clusterIPs = {"10.96.0.5", "fd00::5"};
        auto v6 = slice("web", {endpoint("fd00:1::2")});
        v6.addressType = "IPv6";
        const Slices slices{shared(slice("web", {endpoint("10.244.0.2")})), shared(v6)};
        QCOMPARE(addresses(planService(dual, slices, {"n1", ""}).ports[0].internal), "10.244.0.2");
        const auto six = planService(dual, slices, {"n1", ""}, Family::ip6);
        QCOMPARE(six.ports[0].clusterIp, std::string("fd00::5"));
        QCOMPARE(addresses(six.ports[0].internal), "fd00:1::2");
        QVERIFY(planService(service("web", "10.96.0.5"), slices, {"n1", ""}, Family::ip6).ports.empty());
    }

    void flowsOfLostEndpointsAreStale() {
        auto dns = service("dns", "10.96.0.9", 53);
        dns.spec->ports[0].protocol = "UDP";
        const auto plan = [&](std::vector<discovery::Endpoint> endpoints) {
            auto udp = slice("dns", std::move(endpoints), 53);
            udp.ports[0].protocol = "UDP";
            return planService(dns, {shared(udp)}, {"n1", ""});
        };
        const auto none = plan({}), one = plan({endpoint("10.244.0.2")}),
                   two = plan({endpoint("10.244.0.2"), endpoint("10.244.0.3")});
        const UdpFlow toOne{"10.96.0.9", "10.244.0.2", 53, 53}, toNobody{"10.96.0.9", "10.96.0.9", 53, 53},
            other{"10.96.0.8", "10.244.0.9", 53, 53};
        const auto stale = [](const ServicePlan& before, const ServicePlan& after, const UdpFlow& flow) {
            StaleFlows flows("192.0.2.1");
            flows.add(before, after);
            return flows.isStale(flow);
        };
        QVERIFY(stale(none, one, toNobody));                         // began while nobody answered
        QVERIFY(stale(one, none, toOne) && !stale(two, one, toOne)); // its endpoint went; another's went
        QVERIFY(!stale(one, two, toOne) && !stale(one, none, other));
        QVERIFY(stale(one, {}, toOne)); // the service went
        StaleFlows quiet("192.0.2.1");
        quiet.add(one, two);
        QVERIFY(quiet.empty());
    }

    void clientsOfLostEndpointsAreFreed() {
        const std::string listing = "table ip slipway {\n\tmap aff {\n\t\telements = { 10.1.0.2 expires 1m39s988ms : "
                                    "10.2.0.3 . 8080,\n\t\t\t     10.1.0.3 expires 5s : 10.2.0.2 . 8080 }\n\t}\n}\n";
        QCOMPARE(lostClients(listing, {{"10.2.0.3", 8080, false}}), std::vector<std::string>{"10.1.0.3"});
        QVERIFY(lostClients("", {}).empty());
    }

    void idsDiffer() {
        ServicePortPlan dashed, dotted;
        dashed.ns = dotted.ns = "default";
        dashed.service = "a-b";
        dotted.service = "a.b";
        QVERIFY(dashed.id() != dotted.id());
        QCOMPARE(dashed.id().size(), std::size_t(16));
    }
};

QTEST_GUILESS_MAIN(ServicePlanTest)
#include "service_plan_test.moc"
