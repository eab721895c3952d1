// Services with real packets: a node, its pods, another node and a caller outside, each a network namespace.

#include "cluster/network/services/service_writer.h"
#include "tests/support/net_space.h"
#include "tests/unit/network/service_fixture.h"

#include <set>
#include <unistd.h>

using namespace slipway::network;
using namespace slipway::network::test;
using slipway::tests::EchoServer;
using slipway::tests::NetSpace;

namespace {

constexpr char serviceIp[] = "10.96.0.5", nodeIp[] = "192.168.9.1", outsideIp[] = "192.168.9.2";

discovery::Endpoint away(const std::string& ip) {
    return endpoint(ip, true, "n2");
}

} // namespace

class ServiceTrafficTest : public QObject {
    Q_OBJECT

    std::unique_ptr<NetSpace> node_, podA_, podB_, outside_;
    std::vector<std::unique_ptr<EchoServer>> servers_;
    std::unique_ptr<ServiceWriter> writer_;
    HealthPorts* health_ = nullptr;

    std::unique_ptr<ServiceWriter> newWriter() {
        ServiceWriterSettings settings;
        settings.nodeName = "n1";
        settings.nodeIp = nodeIp;
        settings.dnsAddress = "10.96.0.10";
        settings.ranges = {"10.244.0.0/16", "10.244.0.0/24"};
        settings.ranges6 = {"fd00:244::/56", "fd00:244::/64"};
        return std::make_unique<ServiceWriter>(settings, nullptr);
    }

    /// Gives the kernel one service; none without a name.
    bool serve(const core::Service& service, std::vector<std::shared_ptr<const discovery::EndpointSlice>> slices) {
        bool done = false;
        node_->run([&] { done = writer_->apply({{"default/web", shared(service), std::move(slices)}}); });
        return done;
    }
    bool serve(const core::Service& service, std::vector<discovery::Endpoint> endpoints, bool udp = false) {
        auto one = slice("web", std::move(endpoints));
        if (udp)
            one.ports[0].protocol = "UDP";
        return serve(service, Slices{shared(one)});
    }
    void serveNothing() {
        node_->run([&] { writer_->apply({{"default/web", nullptr, {}}}); });
    }

    static core::Service web() { return service("web", serviceIp); }
    static core::Service exposed(const std::string& policy = "Cluster") {
        auto result = web();
        result.spec->type = "NodePort";
        result.spec->ports[0].nodePort = 30080;
        result.spec->externalTrafficPolicy = policy;
        return result;
    }

    /// The different answers of several connections.
    static std::set<std::string> answers(NetSpace& from, const std::string& address, int port, int times = 20) {
        std::set<std::string> seen;
        for (int i = 0; i < times; ++i)
            seen.insert(from.connectTcp(address, port));
        return seen;
    }

private slots:
    void initTestCase() {
        node_ = std::make_unique<NetSpace>();
        if (::geteuid() != 0 || !node_->works())
            QSKIP("network namespaces cannot be made here");
        podA_ = std::make_unique<NetSpace>();
        podB_ = std::make_unique<NetSpace>();
        outside_ = std::make_unique<NetSpace>();
        const auto pod = [&](NetSpace& space, const std::string& veth, const std::string& address,
                             const std::string& address6) {
            QVERIFY(node_->join(veth, space, "eth0"));
            QVERIFY(node_->ip("addr add 10.244.0.1/32 dev " + veth + "\nroute add " + address + " dev " + veth +
                              "\naddr add fd00:244::1/128 dev " + veth + " nodad\nroute add " + address6 + " dev " +
                              veth + "\n"));
            QVERIFY(space.ip(
                "addr add " + address +
                "/24 dev eth0\nroute del 10.244.0.0/24\nroute add 10.244.0.1 dev "
                "eth0\nroute add default via 10.244.0.1\naddr add " +
                address6 + "/128 dev eth0 nodad\nroute add fd00:244::1 dev eth0\nroute add default via fd00:244::1\n"));
        };
        pod(*podA_, "vetha", "10.244.0.2", "fd00:244::2");
        pod(*podB_, "vethb", "10.244.0.3", "fd00:244::3");
        QVERIFY(node_->join("eth0", *outside_, "eth0"));
        QVERIFY(node_->ip(std::string("addr add ") + nodeIp + "/24 dev eth0\nroute add default via " + outsideIp +
                          "\nroute add 10.244.1.0/24 via " + outsideIp + "\n"));
        // Outside also plays the other node with a pod of its own.
        QVERIFY(outside_->ip(std::string("addr add ") + outsideIp + "/24 dev eth0\naddr add 10.244.1.2/32 dev lo\n" +
                             "route add 192.0.2.0/24 via " + nodeIp + "\nroute add 10.244.0.0/24 via " + nodeIp +
                             "\n"));
        QVERIFY(node_->sysctl("ipv4/ip_forward", "1") && node_->sysctl("ipv6/conf/all/forwarding", "1"));
        servers_.push_back(std::make_unique<EchoServer>(*podA_, "10.244.0.2", 8080, "a"));
        servers_.push_back(std::make_unique<EchoServer>(*podB_, "10.244.0.3", 8080, "b"));
        servers_.push_back(std::make_unique<EchoServer>(*podB_, "fd00:244::3", 8080, "b6"));
        servers_.push_back(std::make_unique<EchoServer>(*outside_, "10.244.1.2", 8080, "far"));
        servers_.push_back(std::make_unique<EchoServer>(*outside_, outsideIp, 9090, "world"));
        node_->run([&] { writer_ = newWriter(); });
        QCOMPARE(podA_->connectTcp("10.244.0.3", 8080), std::string("b 10.244.0.2"));
    }

    void init() {
        if (!writer_)
            QSKIP("no namespaces");
    }

    void clusterAddressReachesEveryEndpoint() {
        QVERIFY(serve(web(), {endpoint("10.244.0.2"), endpoint("10.244.0.3"), away("10.244.1.2")}));
        // Itself by hairpin with the node's address, the others with its own.
        QCOMPARE(answers(*podA_, serviceIp, 80, 40),
                 std::set<std::string>({"a 10.244.0.1", "b 10.244.0.2", "far 10.244.0.2"}));
        QCOMPARE(answers(*node_, serviceIp, 80, 40).size(), std::size_t(3));
        QCOMPARE(podA_->connectTcp(serviceIp, 81), std::string("refused")); // a port it does not have
        QCOMPARE(node_->connectTcp(serviceIp, 81), std::string("refused"));
    }

    void endpointsComeAndGo() {
        QVERIFY(serve(web(), {endpoint("10.244.0.3")}));
        QCOMPARE(answers(*podA_, serviceIp, 80), std::set<std::string>({"b 10.244.0.2"}));
        QVERIFY(serve(web(), std::vector<discovery::Endpoint>{}));
        QCOMPARE(podA_->connectTcp(serviceIp, 80), std::string("refused"));
        QCOMPARE(node_->connectTcp(serviceIp, 80), std::string("refused"));
        QVERIFY(serve(web(), {away("10.244.1.2")}));
        QCOMPARE(answers(*podA_, serviceIp, 80), std::set<std::string>({"far 10.244.0.2"}));
        serveNothing();
        QVERIFY(podA_->connectTcp(serviceIp, 80, 500) != "far 10.244.0.2");
    }

    void nodePortIsReachedFromOutside() {
        QVERIFY(serve(exposed(), {endpoint("10.244.0.2"), away("10.244.1.2")}));
        QCOMPARE(answers(*outside_, nodeIp, 30080, 40), std::set<std::string>({"a 10.244.0.1", "far 192.168.9.1"}));
        QCOMPARE(answers(*node_, nodeIp, 30080).count("a 10.244.0.1"), std::size_t(1));
        QVERIFY(podB_->connectTcp(nodeIp, 30080) != "timeout");
        QVERIFY(serve(exposed(), std::vector<discovery::Endpoint>{}));
        QCOMPARE(outside_->connectTcp(nodeIp, 30080), std::string("refused"));
    }

    void localPolicyKeepsTheCallersAddress() {
        QVERIFY(serve(exposed("Local"), {endpoint("10.244.0.2"), away("10.244.1.2")}));
        QCOMPARE(answers(*outside_, nodeIp, 30080), std::set<std::string>({"a 192.168.9.2"}));
        // Callers in the cluster reach the others as well.
        QCOMPARE(answers(*podB_, nodeIp, 30080, 40), std::set<std::string>({"a 10.244.0.3", "far 10.244.0.3"}));
        QCOMPARE(answers(*node_, nodeIp, 30080, 40).size(), std::size_t(2));
        QVERIFY(serve(exposed("Local"), {away("10.244.1.2")}));
        QCOMPARE(outside_->connectTcp(nodeIp, 30080, 500), std::string("timeout")); // dropped, not refused
        QCOMPARE(podB_->connectTcp(nodeIp, 30080), std::string("far 10.244.0.3"));
    }

    void externalAndBalancerAddresses() {
        auto balancer = exposed();
        balancer.spec->type = "LoadBalancer";
        balancer.spec->externalIPs = {"192.0.2.7"};
        balancer.spec->loadBalancerSourceRanges = {"192.168.9.0/24"};
        core::LoadBalancerIngress vip;
        vip.ip = "192.0.2.1";
        balancer.status.emplace();
        balancer.status->loadBalancer.emplace();
        balancer.status->loadBalancer->ingress = {vip};
        QVERIFY(serve(balancer, {endpoint("10.244.0.2")}));
        QCOMPARE(outside_->connectTcp("192.0.2.7", 80), std::string("a 10.244.0.1"));
        QCOMPARE(outside_->connectTcp("192.0.2.1", 80), std::string("a 10.244.0.1"));
        balancer.spec->loadBalancerSourceRanges = {"198.51.100.0/24"};
        QVERIFY(serve(balancer, {endpoint("10.244.0.2")}));
        QCOMPARE(outside_->connectTcp("192.0.2.1", 80, 500), std::string("timeout"));
        QCOMPARE(outside_->connectTcp("192.0.2.7", 80), std::string("a 10.244.0.1")); // only the balancer's address
    }

    void internalPolicyLocal() {
        auto local = web();
        local.spec->internalTrafficPolicy = "Local";
        QVERIFY(serve(local, {endpoint("10.244.0.3"), away("10.244.1.2")}));
        QCOMPARE(answers(*podA_, serviceIp, 80), std::set<std::string>({"b 10.244.0.2"}));
        QVERIFY(serve(local, {away("10.244.1.2")}));
        QCOMPARE(podA_->connectTcp(serviceIp, 80, 500), std::string("timeout"));
    }

    void clientsStayWithTheirEndpoint() {
        auto sticky = exposed();
        sticky.spec->sessionAffinity = "ClientIP";
        const std::vector<discovery::Endpoint> both{endpoint("10.244.0.2"), endpoint("10.244.0.3")};
        QVERIFY(serve(sticky, both));
        const auto seen = answers(*outside_, nodeIp, 30080, 30);
        QCOMPARE(seen.size(), std::size_t(1));
        QCOMPARE(answers(*podA_, serviceIp, 80, 30).size(), std::size_t(1));
        // A change elsewhere, and an agent that starts again, leave clients where they are.
        QVERIFY(serve(sticky, {both[0], both[1], away("10.244.1.2")}));
        QCOMPARE(answers(*outside_, nodeIp, 30080, 30), seen);
        node_->run([&] { writer_ = newWriter(); });
        QVERIFY(serve(sticky, {both[0], both[1], away("10.244.1.2")}));
        QCOMPARE(answers(*outside_, nodeIp, 30080, 30), seen);
        // When their endpoint goes they find another.
        QVERIFY(serve(sticky, {seen.begin()->starts_with("a") ? both[1] : both[0]}));
        const auto after = answers(*outside_, nodeIp, 30080, 30);
        QVERIFY(after.size() == 1 && after != seen);
    }

    void udpFlowsFollowTheEndpoints() {
        auto dns = exposed();
        dns.spec->ports[0].protocol = "UDP";
        QVERIFY(serve(dns, {endpoint("10.244.0.2")}, true));
        QCOMPARE(outside_->askUdp(nodeIp, 30080, 3000, 5353), std::string("a 10.244.0.1"));
        QCOMPARE(podB_->askUdp(serviceIp, 80, 3000, 5353), std::string("a 10.244.0.3"));
        QVERIFY(serve(dns, {endpoint("10.244.0.3")}, true));
        QCOMPARE(outside_->askUdp(nodeIp, 30080, 3000, 5353), std::string("b 10.244.0.1")); // the same flow
        QVERIFY(serve(dns, std::vector<discovery::Endpoint>{}, true));
        QCOMPARE(podB_->askUdp(serviceIp, 80, 3000, 5353), std::string("refused"));
    }

    void theOtherFamily() {
        auto dual = web();
        dual.spec->clusterIPs = {serviceIp, "fd00:96::5"};
        auto six = slice("web", {endpoint("fd00:244::3")});
        six.addressType = "IPv6";
        QVERIFY(serve(dual, Slices{shared(slice("web", {endpoint("10.244.0.3")})), shared(six)}));
        QCOMPARE(podA_->connectTcp("fd00:96::5", 80), std::string("b6 fd00:244::2"));
        QCOMPARE(podA_->connectTcp(serviceIp, 80), std::string("b 10.244.0.2"));
    }

    void whatLeavesTheClusterIsMasqueraded() {
        QCOMPARE(podA_->connectTcp(outsideIp, 9090), std::string("world 192.168.9.1"));
        QCOMPARE(podA_->connectTcp("10.244.1.2", 8080), std::string("far 10.244.0.2")); // another node's pod is not
    }

    void nothingIsLeftOfAServiceThatWent() {
        serveNothing();
        const QString before = QString::fromStdString(node_->shell("nft list table ip slipway"));
        auto sticky = exposed("Local");
        sticky.spec->sessionAffinity = "ClientIP";
        QVERIFY(serve(sticky, {endpoint("10.244.0.2"), away("10.244.1.2")}));
        QVERIFY(QString::fromStdString(node_->shell("nft list table ip slipway")) != before);
        serveNothing();
        QCOMPARE(QString::fromStdString(node_->shell("nft list table ip slipway")), before);
    }

    void twoServicesOnOneAddressDoNotBreakTheRest() {
        node_->run([&] {
            QVERIFY(writer_->apply({{"default/web", shared(web()), {shared(slice("web", {endpoint("10.244.0.2")}))}},
                                    {"default/copy",
                                     shared(service("copy", serviceIp)),
                                     {shared(slice("copy", {endpoint("10.244.0.3")}))}}}));
        });
        QCOMPARE(podA_->connectTcp(serviceIp, 80), std::string("a 10.244.0.1"));
        serveNothing();
        QCOMPARE(podA_->connectTcp(serviceIp, 80), std::string("b 10.244.0.2"));
        node_->run([&] { writer_->apply({{"default/copy", nullptr, {}}}); });
    }
};

QTEST_GUILESS_MAIN(ServiceTrafficTest)
#include "service_traffic_test.moc"
