#include "cluster/scheduler/schedule.h"

#include "tests/unit/scheduler/objects.h"

#include <QtTest>

using namespace slipway::scheduler;
using namespace slipway::scheduler::test;

namespace {

PodInfo web(const std::string& name, const std::string& constraints, const std::string& more = {}) {
    return describePod(std::make_shared<const slipway::api::core_v1::Pod>(fromText<slipway::api::core_v1::Pod>(
        R"({"metadata":{"name":")" + name + R"(","namespace":"default","uid":")" + name +
        R"(-uid","labels":{"app":"web"}},"spec":{"containers":[{"name":"c"}],"topologySpreadConstraints":[)" +
        constraints + "]" + more + "}}")));
}

std::string constraint(const std::string& key, const std::string& more = {}) {
    return R"({"maxSkew":1,"topologyKey":")" + key +
           R"(","whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"app":"web"}})" + more + "}";
}

Snapshot zones() {
    Snapshot snapshot;
    for (const char* name : {"a1", "a2", "b1"})
        snapshot.setNode(
            node(name, {.labels = std::string(R"({"zone":")") + name[0] + R"(","host":")" + name + "\"}"}));
    return snapshot;
}

} // namespace

class TopologySpreadTest : public QObject {
    Q_OBJECT

private slots:
    void noZoneGetsMoreThanItsSkew() {
        Snapshot snapshot = zones();
        snapshot.setPod(web("w1", constraint("zone")), "a1");
        QCOMPARE(schedule(web("w2", constraint("zone")), snapshot).node, "b1");
    }

    void aFullZoneSaysWhy() {
        Snapshot snapshot = zones();
        snapshot.setNode(node("b1", {.spec = R"({"unschedulable":true})", .labels = R"({"zone":"b","host":"b1"})"}));
        snapshot.setPod(web("w1", constraint("zone")), "a1");
        QCOMPARE(schedule(web("w2", constraint("zone")), snapshot).message(),
                 "0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't match pod topology spread "
                 "constraints.");
    }

    void nodesWithoutTheLabelAreLeftOut() {
        Snapshot snapshot;
        snapshot.setNode(node("bare"));
        QCOMPARE(schedule(web("w", constraint("zone")), snapshot).message(),
                 "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required "
                 "label).");
    }

    void podsThatLeaveDoNotCount() {
        Snapshot snapshot = zones();
        PodInfo leaving = web("w1", constraint("zone"));
        leaving.leaving = true;
        snapshot.setPod(leaving, "a1");
        QVERIFY(schedule(web("w2", constraint("zone")), snapshot).refusals.empty());
    }

    void tooFewDomainsCountAsEmptyOnes() {
        Snapshot snapshot = zones();
        snapshot.setPod(web("w1", constraint("zone")), "a1");
        snapshot.setPod(web("w2", constraint("zone")), "b1");
        QVERIFY(!schedule(web("w3", constraint("zone")), snapshot).node.empty());
        QCOMPARE(schedule(web("w3", constraint("zone", R"(,"minDomains":3)")), snapshot).node, "");
    }

    void nodesThePodDoesNotWantAreNoDomains() {
        Snapshot snapshot = zones();
        snapshot.setPod(web("w1", constraint("zone")), "a1");
        const std::string onlyA = R"(,"nodeSelector":{"zone":"a"})";
        QVERIFY(!schedule(web("w2", constraint("zone"), onlyA), snapshot).node.empty());
        QCOMPARE(schedule(web("w2", constraint("zone", R"(,"nodeAffinityPolicy":"Ignore")"), onlyA), snapshot).node,
                 "");
    }

    void aWishOnlyRates() {
        const std::string wish =
            R"({"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"ScheduleAnyway","labelSelector":{"matchLabels":{"app":"web"}}})";
        Snapshot snapshot = zones();
        snapshot.setPod(web("w1", wish), "a1");
        snapshot.setPod(web("w2", wish), "a2");
        const Decision decision = schedule(web("w3", wish), snapshot);
        QCOMPARE(decision.node, "b1");
        QVERIFY(decision.refusals.empty());
    }
};

QTEST_GUILESS_MAIN(TopologySpreadTest)
#include "topology_spread_test.moc"
