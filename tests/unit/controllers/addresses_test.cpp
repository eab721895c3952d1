#include "cluster/controllers/resource_quota/quota_names.h"
#include "cluster/controllers/runtime/leader_election.h"
#include "cluster/controllers/service_load_balancer/load_balancer_addresses.h"

#include "tests/unit/controllers/objects.h"

#include <QtTest>

using namespace slipway;
using namespace slipway::controllers;
using namespace slipway::controllers::test;
using api::core_v1::Node;
using api::core_v1::Service;

namespace {

ServicePtr balancer(int port, const std::string& ip = "", const std::string& more = "") {
    const std::string status =
        ip.empty() ? "{}" : std::format(R"({{"loadBalancer":{{"ingress":[{{"ip":"{}"}}]}}}})", ip);
    return std::make_shared<const Service>(fromText<Service>(std::format(
        R"({{"metadata":{{"name":"s","namespace":"default"}},"spec":{{"type":"LoadBalancer","ports":[{{"port":{},"protocol":"TCP"}}]{}}},)"
        R"("status":{}}})",
        port, more, status)));
}

NodePtr node(const std::string& ip, const std::string& ready = "True", const std::string& labels = "{}") {
    return std::make_shared<const Node>(fromText<Node>(std::format(
        R"({{"metadata":{{"name":"n{0}","labels":{2}}},"status":{{"addresses":[{{"type":"InternalIP","address":"{0}"}}],)"
        R"("conditions":[{{"type":"Ready","status":"{1}"}}]}}}})",
        ip, ready, labels)));
}

using Addresses = std::vector<std::string>;

} // namespace

class AddressesTest : public QObject {
    Q_OBJECT

private slots:
    void aServiceIsReachedOnEveryReadyNode() {
        QCOMPARE(nodeAddressesFor(
                     *balancer(80), {},
                     {node("10.0.0.1"), node("10.0.0.2", "False"),
                      node("10.0.0.3", "True", R"({"node.kubernetes.io/exclude-from-external-load-balancers":""})"),
                      node("10.0.0.4")}),
                 (Addresses{"10.0.0.1", "10.0.0.4"}));
    }

    void twoServicesShareNoPort() {
        const std::vector<NodePtr> nodes{node("10.0.0.1"), node("10.0.0.2")};
        QCOMPARE(nodeAddressesFor(*balancer(80), {balancer(80, "10.0.0.1")}, nodes), (Addresses{"10.0.0.2"}));
        QCOMPARE(nodeAddressesFor(*balancer(81), {balancer(80, "10.0.0.1")}, nodes),
                 (Addresses{"10.0.0.1", "10.0.0.2"}));
        QVERIFY(nodeAddressesFor(*balancer(6443), {}, nodes).empty()); // the API server's
    }

    void aPoolGivesEachItsOwn() {
        QCOMPARE(pooledAddressFor(*balancer(80), {}, "192.0.2.0/29").value(), "192.0.2.1");
        QCOMPARE(pooledAddressFor(*balancer(80), {balancer(80, "192.0.2.1")}, "192.0.2.0/29").value(), "192.0.2.2");
        QCOMPARE(pooledAddressFor(*balancer(80, "192.0.2.5"), {}, "192.0.2.0/29").value(), "192.0.2.5");
        QCOMPARE(pooledAddressFor(*balancer(80, "", R"(,"loadBalancerIP":"192.0.2.6")"), {}, "192.0.2.0/29").value(),
                 "192.0.2.6");
        QVERIFY(!pooledAddressFor(*balancer(80, "", R"(,"loadBalancerIP":"198.51.100.1")"), {}, "192.0.2.0/29"));
        QVERIFY(!pooledAddressFor(*balancer(80), {balancer(80, "192.0.2.9")}, "192.0.2.9/32"));
    }

    void someServicesAreNotOurs() {
        QVERIFY(wantsLoadBalancer(*balancer(80)));
        QVERIFY(!wantsLoadBalancer(*balancer(80, "", R"(,"loadBalancerClass":"example.com/other")")));
    }

    void quotasKnowWhatTheyCount() {
        const std::vector<client::ResourceRef> served{
            {"", "v1", "pods", "Pod", true},
            {"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true},
            {"apps", "v1", "deployments", "Deployment", true},
            {"", "v1", "services", "Service", true},
            {"example.com", "v1", "widgets", "Widget", true}};
        const auto counted = [&](const char* name) {
            const auto list = countedBy(name, served);
            return list.size() == 1 ? QString::fromStdString(list[0].resource) : QString::number(list.size());
        };
        for (const char* name :
             {"pods", "cpu", "requests.memory", "limits.cpu", "requests.nvidia.com/gpu", "count/pods"})
            QCOMPARE(counted(name), "pods");
        QCOMPARE(counted("count/deployments.apps"), "deployments");
        QCOMPARE(counted("count/widgets.example.com"), "widgets");
        QCOMPARE(counted("services.nodeports"), "services");
        QCOMPARE(counted("gold.storageclass.storage.k8s.io/requests.storage"), "persistentvolumeclaims");
        QCOMPARE(counted("unknown"), "0");
    }

    void aLeaseIsTakenWhenItIsFreeOrSilent() {
        using api::coordination_v1::LeaseSpec;
        const auto now = std::chrono::system_clock::now();
        const auto first = claimLease(std::nullopt, "a", std::chrono::seconds(0), now);
        QCOMPARE(first->holderIdentity, "a");
        QCOMPARE(first->leaseTransitions.value_or(-1), 0);
        QCOMPARE(claimLease(first, "a", std::chrono::seconds(0), now)->acquireTime, first->acquireTime);
        QVERIFY(!claimLease(first, "b", std::chrono::seconds(14), now));
        const auto taken = claimLease(first, "b", std::chrono::seconds(16), now);
        QCOMPARE(taken->holderIdentity, "b");
        QCOMPARE(taken->leaseTransitions.value_or(0), 1);
    }
};

QTEST_GUILESS_MAIN(AddressesTest)
#include "addresses_test.moc"
