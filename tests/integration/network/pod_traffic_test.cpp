// Pods of two nodes with real packets: routes and the tunnel between the nodes, and network policies on one of them.
// Nodes and pods are network namespaces; nodes are joined by a link, or by a router between two links.

#include "cluster/api/codec.h"
#include "cluster/network/policy/policy_writer.h"
#include "cluster/network/routes/kernel_routes.h"
#include "tests/support/net_space.h"

#include <QTest>
#include <unistd.h>

using namespace slipway::network;
using slipway::tests::EchoServer;
using slipway::tests::NetSpace;
namespace api = slipway::api;

namespace {

constexpr char cidr1[] = "10.244.0.0/24", cidr2[] = "10.244.1.0/24";

template <class T> std::shared_ptr<const T> decoded(const QString& json) {
    auto object = api::fromJson<T>(*api::parseJson(json.toStdString()));
    return object ? std::make_shared<const T>(std::move(*object)) : nullptr;
}

NodePtr nodeObject(const char* name, const char* ip, const char* cidr) {
    return decoded<api::core_v1::Node>(
        QString(
            R"({"metadata":{"name":"%1"},"spec":{"podCIDR":"%3","podCIDRs":["%3"]},"status":{"addresses":[{"type":"InternalIP","address":"%2"}]}})")
            .arg(name, ip, cidr));
}

PodPtr podObject(const char* name, const char* ip) {
    return decoded<api::core_v1::Pod>(
        QString(
            R"({"metadata":{"namespace":"x","name":"%1","labels":{"pod":"%1"}},"spec":{"nodeName":"n1","containers":[
            {"name":"c","ports":[{"name":"web","containerPort":8080}]}]},"status":{"phase":"Running","podIP":"%2","podIPs":[{"ip":"%2"}]}})")
            .arg(name, ip));
}

} // namespace

class PodTrafficTest : public QObject {
    Q_OBJECT

    std::unique_ptr<NetSpace> n1_, n2_, router_, podA_, podB_, podC_;
    std::vector<std::unique_ptr<EchoServer>> servers_;

    static void addPod(NetSpace& node, NetSpace& pod, const std::string& veth, const std::string& address) {
        const std::string gateway = address.substr(0, address.rfind('.')) + ".1";
        QVERIFY(node.join(veth, pod, "eth0"));
        QVERIFY(node.ip("addr add " + gateway + "/32 dev " + veth + "\nroute add " + address + " dev " + veth + "\n"));
        QVERIFY(pod.ip("addr add " + address + "/32 dev eth0\nroute add " + gateway +
                       " dev eth0\nroute add default via " + gateway + "\n"));
    }

    /// Lets a node have its routes, as told by the nodes there are.
    static QString route(NetSpace& space, const char* name, const char* ip, const char* cidr,
                         const std::vector<NodePtr>& nodes) {
        QString problem;
        space.run([&] {
            KernelRoutes kernel;
            const auto links = kernel.linkAddresses();
            const auto done = kernel.apply(planRoutes(nodes, name, *links), ip, cidr);
            problem = done ? QString() : QString::fromStdString(done.error());
        });
        return problem;
    }

    static QString ours(NetSpace& space) {
        return QString::fromStdString(
                   space.shell("ip route show proto 183; ip -o link show type vxlan; ip neigh show nud "
                               "permanent; bridge fdb show dev slipway-vx 2>/dev/null"))
            .simplified();
    }

private slots:
    void initTestCase() {
        n1_ = std::make_unique<NetSpace>();
        if (::geteuid() != 0 || !n1_->works())
            QSKIP("network namespaces cannot be made here");
        n2_ = std::make_unique<NetSpace>();
        router_ = std::make_unique<NetSpace>();
        podA_ = std::make_unique<NetSpace>();
        podB_ = std::make_unique<NetSpace>();
        podC_ = std::make_unique<NetSpace>();
        QVERIFY(n1_->join("eth0", *n2_, "eth0") && n1_->join("eth1", *router_, "eth1") &&
                n2_->join("eth1", *router_, "eth2"));
        QVERIFY(
            n1_->ip("addr add 192.168.9.1/24 dev eth0\naddr add 192.168.1.1/24 dev eth1\nroute add 192.168.2.0/24 via "
                    "192.168.1.254\n"));
        QVERIFY(
            n2_->ip("addr add 192.168.9.2/24 dev eth0\naddr add 192.168.2.1/24 dev eth1\nroute add 192.168.1.0/24 via "
                    "192.168.2.254\n"));
        QVERIFY(router_->ip("addr add 192.168.1.254/24 dev eth1\naddr add 192.168.2.254/24 dev eth2\n"));
        for (NetSpace* space : {n1_.get(), n2_.get(), router_.get()})
            QVERIFY(space->sysctl("ipv4/ip_forward", "1"));
        addPod(*n1_, *podA_, "vetha", "10.244.0.2");
        addPod(*n1_, *podB_, "vethb", "10.244.0.3");
        addPod(*n2_, *podC_, "vethc", "10.244.1.2");
        servers_.push_back(std::make_unique<EchoServer>(*podA_, "10.244.0.2", 8080, "a"));
        servers_.push_back(std::make_unique<EchoServer>(*podA_, "10.244.0.2", 8081, "a"));
        servers_.push_back(std::make_unique<EchoServer>(*podC_, "10.244.1.2", 8080, "c"));
    }

    void init() {
        if (!podC_)
            QSKIP("no namespaces");
    }

    void nodesOnOneLink() {
        const std::vector<NodePtr> nodes{nodeObject("n1", "192.168.9.1", cidr1),
                                         nodeObject("n2", "192.168.9.2", cidr2)};
        QCOMPARE(route(*n1_, "n1", "192.168.9.1", cidr1, nodes), QString());
        QCOMPARE(route(*n2_, "n2", "192.168.9.2", cidr2, nodes), QString());
        QCOMPARE(podA_->connectTcp("10.244.1.2", 8080), std::string("c 10.244.0.2"));
        QCOMPARE(podC_->connectTcp("10.244.0.2", 8080), std::string("a 10.244.1.2"));
        QVERIFY(ours(*n1_).contains("10.244.1.0/24 via 192.168.9.2"));
        const QString before = ours(*n1_);
        QCOMPARE(route(*n1_, "n1", "192.168.9.1", cidr1, nodes), QString()); // again, as a new agent would
        QCOMPARE(ours(*n1_), before);
    }

    void nodesFarApart() {
        const std::vector<NodePtr> nodes{nodeObject("n1", "192.168.1.1", cidr1),
                                         nodeObject("n2", "192.168.2.1", cidr2)};
        for (int i = 0; i < 2; ++i) {
            QCOMPARE(route(*n1_, "n1", "192.168.1.1", cidr1, nodes), QString());
            QCOMPARE(route(*n2_, "n2", "192.168.2.1", cidr2, nodes), QString());
        }
        QVERIFY(ours(*n1_).contains("slipway-vx"));
        QCOMPARE(podA_->connectTcp("10.244.1.2", 8080), std::string("c 10.244.0.2"));
        QCOMPARE(podC_->connectTcp("10.244.0.2", 8080), std::string("a 10.244.1.2"));
        QVERIFY(n1_->connectTcp("10.244.1.2", 8080).starts_with("c ")); // the node itself as well
    }

    void nodesThatGoLeaveNothing() {
        const std::vector<NodePtr> nodes{nodeObject("n1", "192.168.1.1", cidr1), nodeObject("n2", "192.168.2.1", cidr2),
                                         nodeObject("n3", "192.168.2.9", "10.244.2.0/24")};
        QCOMPARE(route(*n1_, "n1", "192.168.1.1", cidr1, nodes), QString());
        QVERIFY(ours(*n1_).contains("10.244.2.0"));
        QCOMPARE(route(*n1_, "n1", "192.168.1.1", cidr1, {nodes[0], nodes[1]}), QString());
        QVERIFY(!ours(*n1_).contains("10.244.2.0") && !ours(*n1_).contains("192.168.2.9"));
        QCOMPARE(podA_->connectTcp("10.244.1.2", 8080), std::string("c 10.244.0.2"));
        for (NetSpace* space : {n1_.get(), n2_.get()}) {
            QCOMPARE(route(*space, "n1", "192.168.1.1", cidr1, {}), QString());
            QCOMPARE(ours(*space), QString());
        }
    }

    void policies() {
        const std::vector<NodePtr> nodes{nodeObject("n1", "192.168.9.1", cidr1),
                                         nodeObject("n2", "192.168.9.2", cidr2)};
        QCOMPARE(route(*n1_, "n1", "192.168.9.1", cidr1, nodes) + route(*n2_, "n2", "192.168.9.2", cidr2, nodes),
                 QString());
        PolicyInputs inputs;
        std::mutex mutex;
        inputs.nodeName = "n1";
        inputs.namespaces["x"] = {};
        inputs.pods = {podObject("a", "10.244.0.2"), podObject("b", "10.244.0.3")};
        auto far = *podObject("c", "10.244.1.2");
        far.spec->nodeName = "n2";
        inputs.pods.push_back(std::make_shared<const api::core_v1::Pod>(far));
        std::unique_ptr<PolicyWriter> writer;
        n1_->run([&] {
            writer = std::make_unique<PolicyWriter>([&]() -> std::optional<PolicyInputs> {
                std::lock_guard lock(mutex);
                return inputs;
            });
        });
        const auto set = [&](const QStringList& specs) {
            std::lock_guard lock(mutex);
            inputs.policies.clear();
            for (const QString& spec : specs)
                inputs.policies.push_back(decoded<api::networking_v1::NetworkPolicy>(
                    QString(R"({"metadata":{"namespace":"x","name":"p%1"},"spec":%2})")
                        .arg(inputs.policies.size())
                        .arg(spec)));
            writer->changed();
        };
        constexpr int patience = 10000, brief = 300;
        const auto a = [&](NetSpace& from, int port = 8080) { return from.connectTcp("10.244.0.2", port, brief); };

        set({R"({"podSelector":{}})"}); // nobody may come in
        QTRY_COMPARE_WITH_TIMEOUT(a(*podB_), std::string("timeout"), patience);
        QCOMPARE(a(*podC_), std::string("timeout"));
        QVERIFY(a(*n1_).starts_with("a "));                                      // but the node may
        QVERIFY(podA_->connectTcp("10.244.1.2", 8080, brief).starts_with("c ")); // and answers to what went out
        set({R"({"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"from":[{"podSelector":{"matchLabels":{"pod":"c"}}}],"ports":[{"port":"web"}]}]})"});
        QTRY_COMPARE_WITH_TIMEOUT(a(*podC_), std::string("a 10.244.1.2"), patience);
        QCOMPARE(a(*podC_, 8081), std::string("timeout"));
        QCOMPARE(a(*podB_), std::string("timeout"));
        set({R"({"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"from":[{"ipBlock":{"cidr":"10.244.0.0/16","except":["10.244.1.0/24"]}}],"ports":[{"port":8000,"endPort":8090}]}]})"});
        QTRY_COMPARE_WITH_TIMEOUT(a(*podB_), std::string("a 10.244.0.3"), patience);
        QCOMPARE(a(*podB_, 8081), std::string("a 10.244.0.3"));
        QCOMPARE(a(*podC_), std::string("timeout"));
        set({R"({"podSelector":{"matchLabels":{"pod":"b"}},"policyTypes":["Egress"],"egress":[{"to":[{"podSelector":{"matchLabels":{"pod":"c"}}}]}]})"});
        QTRY_COMPARE_WITH_TIMEOUT(a(*podB_), std::string("timeout"), patience);
        QCOMPARE(podB_->connectTcp("10.244.1.2", 8080, brief), std::string("c 10.244.0.3"));
        // A flow that runs is ended by a policy that forbids it.
        set({});
        QTRY_COMPARE_WITH_TIMEOUT(podB_->askUdp("10.244.0.2", 8080, brief, 4040), std::string("a 10.244.0.3"),
                                  patience);
        set({R"({"podSelector":{}})"});
        QTRY_COMPARE_WITH_TIMEOUT(podB_->askUdp("10.244.0.2", 8080, brief, 4040), std::string("timeout"), patience);
        set({});
        QTRY_COMPARE_WITH_TIMEOUT(a(*podB_), std::string("a 10.244.0.3"), patience);
        QCOMPARE(n1_->shell("nft list table ip slipway_policy | grep -c -E 'set|map|chain'"), std::string("0\n"));
    }
};

QTEST_GUILESS_MAIN(PodTrafficTest)
#include "pod_traffic_test.moc"
