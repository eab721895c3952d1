#include "cluster/scheduler/plugins/plugins.h"
#include "cluster/scheduler/preemption.h"
#include "cluster/scheduler/queue.h"

#include "tests/unit/scheduler/objects.h"

#include <QtTest>

using namespace slipway::scheduler;
using namespace slipway::scheduler::test;

namespace {

Snapshot nodes(int count, const std::string& cpu = "4") {
    Snapshot snapshot;
    for (int i = 0; i < count; ++i)
        snapshot.setNode(
            node("n" + std::to_string(i), {.cpu = cpu,
                                           .labels = R"({"topology.kubernetes.io/zone":"z)" + std::to_string(i % 3) +
                                                     R"(","kubernetes.io/hostname":"n)" + std::to_string(i) + "\"}"}));
    return snapshot;
}

PodInfo labelled(const std::string& name, const std::string& spec) {
    return describePod(std::make_shared<const slipway::api::core_v1::Pod>(fromText<slipway::api::core_v1::Pod>(
        R"({"metadata":{"name":")" + name + R"(","namespace":"default","uid":")" + name +
        R"(-uid","labels":{"app":"web"}},"spec":{"containers":[{"name":"c"}],)" + spec + "}}")));
}

const std::string apart = R"("affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[
    {"labelSelector":{"matchLabels":{"app":"web"}},"topologyKey":"kubernetes.io/hostname"}]}})";
const std::string evenly = R"("topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"topology.kubernetes.io/zone",
    "whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"app":"web"}}}])";

} // namespace

/// What holds where there are more nodes than are looked at, and for what is counted as pods come and go.
class LargeClusterTest : public QObject {
    Q_OBJECT

private slots:
    void enoughIsEnough() {
        QCOMPARE(enoughNodes(50, 0), 50);
        QCOMPARE(enoughNodes(1000, 0), 420);
        QCOMPARE(enoughNodes(5000, 0), 500);
        QCOMPARE(enoughNodes(20000, 0), 1000);
        QCOMPARE(enoughNodes(1000, 30), 300);
        QCOMPARE(enoughNodes(1000, 1), 100);
        QCOMPARE(enoughNodes(1000, 100), 1000);
    }

    void theSearchGoesOnWhereItStopped() {
        const Snapshot snapshot = nodes(1000);
        SearchStart start;
        const Decision first = schedule(pod("a"), snapshot, defaultProfile(), &start);
        QCOMPARE(first.asked, 420);
        QCOMPARE(first.feasible, 420);
        QCOMPARE(start.next, std::size_t(420));
        schedule(pod("b"), snapshot, defaultProfile(), &start);
        schedule(pod("c"), snapshot, defaultProfile(), &start);
        QCOMPARE(start.next, std::size_t(260));
    }

    void theKeptNodeIsAskedFirst() {
        Snapshot snapshot = nodes(1000);
        const PodInfo waiting = pod("a");
        snapshot.nominate(waiting, "n777");
        const Decision decision = schedule(waiting, snapshot);
        QCOMPARE(decision.node, "n777");
        QCOMPARE(decision.asked, 1);
    }

    void oneOnEveryNode() {
        Snapshot snapshot = nodes(200);
        std::set<std::string> used;
        SearchStart start;
        for (int i = 0; i < 200; ++i) {
            const PodInfo next = labelled("p" + std::to_string(i), apart);
            const std::string chosen = schedule(next, snapshot, defaultProfile(), &start).node;
            QVERIFY(used.insert(chosen).second);
            snapshot.setPod(next, chosen);
        }
        const PodInfo last = labelled("last", apart);
        QCOMPARE(schedule(last, snapshot, defaultProfile(), &start).message(),
                 "0/200 nodes are available: 200 node(s) didn't match pod anti-affinity rules.");
        QVERIFY(snapshot.removePod("default/p7"));
        QVERIFY(!schedule(last, snapshot, defaultProfile(), &start).node.empty());
    }

    void aNodeThatMovesTakesItsPodsAlong() {
        Snapshot snapshot = nodes(3);
        for (int i = 0; i < 3; ++i) {
            const PodInfo next = labelled("p" + std::to_string(i), evenly);
            snapshot.setPod(next, schedule(next, snapshot).node);
        }
        // n0 moves from z0 to z1: z0 is gone, z1 has two pods, z2 one.
        snapshot.setNode(node("n0", {.labels = R"({"topology.kubernetes.io/zone":"z1"})"}));
        QCOMPARE(schedule(labelled("next", evenly), snapshot).node, "n2");
        // The node goes, and its pod counts no more: both zones have one.
        snapshot.removeNode("n0");
        QCOMPARE(schedule(labelled("next", evenly), snapshot).refusedBy, 0U);
    }

    void victimsCountInEveryRule() {
        // Who comes must be alone on the node: everybody it does not like has to go, the others stay.
        Snapshot snapshot = nodes(1);
        snapshot.setPod(labelled("web1", R"("nodeSelector":{})"), "n0");
        snapshot.setPod(labelled("web2", R"("nodeSelector":{})"), "n0");
        snapshot.setPod(podAsking("other", "1"), "n0");
        PodInfo next = labelled("next", apart);
        next.priority = 10;
        const PreemptionPlan plan = planPreemption(next, snapshot);
        QCOMPARE(plan.node, "n0");
        std::set<std::string> victims;
        for (const PlacedPod& victim : plan.victims)
            victims.insert(victim.key);
        QCOMPARE(victims, (std::set<std::string>{"default/web1", "default/web2"}));
        QCOMPARE(snapshot.nodes().at("n0").load.pods, std::int64_t(3)); // the snapshot is as before
        QVERIFY(schedule(next, snapshot).node.empty());
    }

    void whatHelpsWhom() {
        const auto fit = plugins::filterBit("NodeResourcesFit"), taints = plugins::filterBit("TaintToleration");
        QVERIFY(eventsThatHelp(fit) & events::podGone);
        QVERIFY(!(eventsThatHelp(fit) & events::claims));
        QVERIFY(!(eventsThatHelp(taints) & events::podGone));
        QVERIFY(eventsThatHelp(0) & events::nodeAdded);
        SchedulingQueue queue;
        queue.put(pod("a"));
        queue.giveBack(*queue.take(), false, eventsThatHelp(taints));
        queue.put(pod("b"));
        queue.move(events::podGone);
        QCOMPARE(queue.take()->pod.key, "default/b"); // a still waits
        queue.move(events::nodeTaints, [](const PodInfo&, std::uint32_t) { return false; });
        queue.put(pod("c"));
        QCOMPARE(queue.take()->pod.key, "default/c");
        queue.move(events::nodeTaints);
        QCOMPARE(queue.take()->pod.key, "default/a");
    }

    void whatHappensDuringATryIsNotMissed() {
        const auto fit = eventsThatHelp(plugins::filterBit("NodeResourcesFit"));
        SchedulingQueue queue;
        queue.put(pod("a"));
        auto taken = queue.take();
        queue.move(events::claims);
        queue.giveBack(*taken, false, fit);
        queue.put(pod("b"));
        QCOMPARE(queue.take()->pod.key, "default/b"); // claims are of no use to a
        queue.remove("default/b");
        queue.move(events::podGone);
        taken = queue.take();
        QCOMPARE(taken->pod.key, "default/a");
        queue.move(events::podGone);
        queue.giveBack(*taken, false, fit);
        QCOMPARE(queue.take()->pod.key, "default/a");
    }
};

QTEST_GUILESS_MAIN(LargeClusterTest)
#include "large_cluster_test.moc"
