#include "cluster/controllers/node_ipam/pod_networks.h"
#include "cluster/controllers/node_lifecycle/node_health.h"
#include "cluster/controllers/taint_eviction/taint_eviction.h"

#include "tests/unit/controllers/objects.h"

#include <QtTest>
#include <algorithm>

using namespace slipway;
using namespace slipway::controllers;
using namespace slipway::controllers::test;
using api::core_v1::Node;
using api::core_v1::Taint;

namespace {

constexpr const char* now = "2026-01-01T00:00:00Z";

Node node(const std::string& ready, const std::string& spec = "{}") {
    return fromText<Node>(R"({"metadata":{"name":"n1"},"spec":)" + spec +
                          R"(,"status":{"conditions":[{"type":"Ready","status":")" + ready + "\"}]}}");
}

QStringList taints(const Node& node, bool mayEvict = true) {
    QStringList list;
    for (const Taint& taint : healthTaints(node, now, mayEvict))
        list << QString::fromStdString(taint.key + ":" + taint.effect);
    list.sort();
    return list;
}

std::optional<std::chrono::seconds> staysFor(const std::string& tolerations) {
    Taint taint;
    taint.key = "node.kubernetes.io/unreachable";
    taint.effect = "NoExecute";
    return toleratedTime(*pod({.spec = R"("containers":[],"tolerations":)" + tolerations}), {taint});
}

} // namespace

class NodeTest : public QObject {
    Q_OBJECT

private slots:
    void aReadyNodeHasNoTaints() { QVERIFY(taints(node("True")).isEmpty()); }

    void aSickNodeIsTainted() {
        QCOMPARE(taints(node("False")),
                 (QStringList{"node.kubernetes.io/not-ready:NoExecute", "node.kubernetes.io/not-ready:NoSchedule"}));
        QCOMPARE(taints(node("Unknown")), (QStringList{"node.kubernetes.io/unreachable:NoExecute",
                                                       "node.kubernetes.io/unreachable:NoSchedule"}));
    }

    void aCordonIsATaintToo() {
        QCOMPARE(taints(node("True", R"({"unschedulable":true})")),
                 (QStringList{"node.kubernetes.io/unschedulable:NoSchedule"}));
    }

    void aTaintSaysSinceWhen() {
        const auto first = healthTaints(node("False"), now, true);
        QCOMPARE(first.at(0).timeAdded, now);
        const auto later = mergeTaints(first, healthTaints(node("False"), "2026-01-01T01:00:00Z", true));
        QVERIFY(later == first);
    }

    void othersTaintsStay() {
        Taint foreign;
        foreign.key = "dedicated";
        foreign.effect = "NoExecute";
        auto present = healthTaints(node("False"), now, true);
        present.push_back(foreign);
        QVERIFY(mergeTaints(present, {}) == std::vector<Taint>{foreign});
    }

    void pressureKeepsNewPodsAway() {
        Node pressed = node("True");
        auto& condition = pressed.status->conditions.emplace_back();
        condition.type = "MemoryPressure";
        condition.status = "True";
        QCOMPARE(taints(pressed), QStringList{"node.kubernetes.io/memory-pressure:NoSchedule"});
    }

    void aNodeIsNotEmptiedBeforeItsTime() {
        QCOMPARE(taints(node("Unknown"), false), QStringList{"node.kubernetes.io/unreachable:NoSchedule"});
    }

    void zonesInTroubleAreEmptiedSlowly() {
        QCOMPARE(zoneState(5, 1), ZoneState::normal);
        QCOMPARE(zoneState(2, 4), ZoneState::partialDisruption);
        QCOMPARE(zoneState(0, 3), ZoneState::fullDisruption);
        QVERIFY(evictionPause(ZoneState::normal, 6) < evictionPause(ZoneState::partialDisruption, 60));
        QCOMPARE(evictionPause(ZoneState::partialDisruption, 6).count(), 0LL);
    }

    void everyNodeGetsAnotherNetwork() {
        const auto networks = PodNetworks::parse("10.244.0.0/16").value();
        QCOMPARE(networks.firstFree({}).value(), "10.244.0.0/24");
        QCOMPARE(networks.firstFree({"10.244.0.0/24", "10.244.2.0/24"}).value(), "10.244.1.0/24");
        const auto small = PodNetworks::parse("192.168.1.0/24").value();
        QCOMPARE(small.firstFree({"192.168.1.0/32"}).value(), "192.168.1.1/32");
        const auto large = PodNetworks::parse("10.0.0.0/8").value();
        std::set<std::string> taken;
        for (int i = 0; i < 300; ++i)
            taken.insert(large.firstFree(taken).value());
        QVERIFY(taken.contains("10.1.43.0/24"));
        QVERIFY(!PodNetworks::parse("fd00::/48"));
    }

    void podsStayAsLongAsTheyTolerate() {
        QCOMPARE(staysFor("[]"), std::optional(std::chrono::seconds(0)));
        QCOMPARE(staysFor(R"([{"operator":"Exists"}])"), std::nullopt);
        QCOMPARE(
            staysFor(
                R"([{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}])"),
            std::optional(std::chrono::seconds(300)));
        QCOMPARE(staysFor(R"([{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute"}])"),
                 std::optional(std::chrono::seconds(0)));
        QCOMPARE(staysFor(R"([{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoSchedule"}])"),
                 std::optional(std::chrono::seconds(0)));
    }
};

QTEST_GUILESS_MAIN(NodeTest)
#include "node_test.moc"
