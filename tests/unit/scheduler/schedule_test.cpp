#include "cluster/scheduler/schedule.h"

#include "tests/unit/scheduler/objects.h"

#include <QtTest>

using namespace slipway::scheduler;
using namespace slipway::scheduler::test;

class ScheduleTest : public QObject {
    Q_OBJECT

private slots:
    void withoutNodesNothingIsAvailable() {
        const Decision decision = schedule(pod("a"), Snapshot{});
        QVERIFY(decision.node.empty());
        QCOMPARE(decision.message(), "no nodes available to schedule pods");
    }

    void aPodThatFitsGetsTheNode() {
        Snapshot snapshot;
        snapshot.setNode(node("n1"));
        QCOMPARE(schedule(podAsking("a", "2", "4Gi"), snapshot).node, "n1");
    }

    void everyLackingResourceIsNamed() {
        Snapshot snapshot;
        snapshot.setNode(node("n1", {.cpu = "1", .memory = "1Gi"}));
        snapshot.setNode(node("n2", {.cpu = "1", .memory = "8Gi"}));
        const Decision decision = schedule(podAsking("a", "1500m", "2Gi"), snapshot);
        QVERIFY(decision.node.empty());
        QCOMPARE(decision.message(), "0/2 nodes are available: 1 Insufficient memory, 2 Insufficient cpu.");
        QCOMPARE(decision.refusals.size(), std::size_t(2));
        QCOMPARE(decision.refusals[0].plugin, "NodeResourcesFit");
    }

    void manyRefusalsAreCountedButNotAllNamed() {
        Snapshot snapshot;
        for (int i = 0; i < 1000; ++i)
            snapshot.setNode(node("n" + std::to_string(i), {.cpu = "1"}));
        const Decision decision = schedule(podAsking("a", "2"), snapshot);
        QCOMPARE(decision.refusals.size(), Decision::namedRefusals);
        QCOMPARE(decision.message(), "0/1000 nodes are available: 1000 Insufficient cpu.");
    }

    void whatRunsAlreadyCounts() {
        Snapshot snapshot;
        snapshot.setNode(node("n1"));
        snapshot.setPod(podAsking("old", "1500m"), "n1");
        QCOMPARE(schedule(podAsking("a", "500m"), snapshot).node, "n1");
        QCOMPARE(schedule(podAsking("a", "501m"), snapshot).message(), "0/1 nodes are available: 1 Insufficient cpu.");
        QVERIFY(snapshot.removePod("default/old"));
        QCOMPARE(schedule(podAsking("a", "2"), snapshot).node, "n1");
    }

    void aPodSeenTwiceCountsOnce() {
        Snapshot snapshot;
        snapshot.setNode(node("n1"));
        snapshot.setPod(podAsking("old", "1"), "n1");
        snapshot.setPod(podAsking("old", "1"), "n1");
        QCOMPARE(snapshot.nodes().at("n1").load.requested.milliCpu, std::int64_t(1000));
        QCOMPARE(snapshot.nodes().at("n1").load.pods, std::int64_t(1));
    }

    void podsOfANodeSeenLaterAreCounted() {
        Snapshot snapshot;
        snapshot.setPod(podAsking("early", "2"), "n1");
        QCOMPARE(snapshot.nodeCount(), 0);
        snapshot.setNode(node("n1"));
        QCOMPARE(schedule(podAsking("a", "1"), snapshot).message(), "0/1 nodes are available: 1 Insufficient cpu.");
    }

    void theNumberOfPodsIsLimited() {
        Snapshot snapshot;
        snapshot.setNode(node("n1", {.pods = "1"}));
        snapshot.setPod(pod("old"), "n1");
        QCOMPARE(schedule(pod("a"), snapshot).message(), "0/1 nodes are available: 1 Too many pods.");
    }

    void aCordonedNodeIsLeftOut() {
        Snapshot snapshot;
        snapshot.setNode(node("n1", {.spec = R"({"unschedulable":true})"}));
        QCOMPARE(schedule(pod("a"), snapshot).message(), "0/1 nodes are available: 1 node(s) were unschedulable.");
    }

    void taintsNeedTolerations_data() {
        QTest::addColumn<QString>("tolerations");
        QTest::addColumn<bool>("fits");
        QTest::newRow("none") << "[]" << false;
        QTest::newRow("equal") << R"([{"key":"gpu","value":"yes","effect":"NoSchedule"}])" << true;
        QTest::newRow("other value") << R"([{"key":"gpu","value":"no","effect":"NoSchedule"}])" << false;
        QTest::newRow("other effect") << R"([{"key":"gpu","operator":"Exists","effect":"NoExecute"}])" << false;
        QTest::newRow("exists, any effect") << R"([{"key":"gpu","operator":"Exists"}])" << true;
        QTest::newRow("everything") << R"([{"operator":"Exists"}])" << true;
    }
    void taintsNeedTolerations() {
        QFETCH(QString, tolerations);
        QFETCH(bool, fits);
        Snapshot snapshot;
        snapshot.setNode(node("n1", {.spec = R"({"taints":[{"key":"gpu","value":"yes","effect":"NoSchedule"}]})"}));
        const Decision decision =
            schedule(pod("a", R"("containers":[{"name":"c"}],"tolerations":)" + tolerations.toStdString()), snapshot);
        QCOMPARE(decision.node, fits ? "n1" : "");
        if (!fits)
            QCOMPARE(decision.message(), "0/1 nodes are available: 1 node(s) had untolerated taint {gpu: yes}.");
    }

    void nodeSelectorAndAffinity_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("chosen");
        const auto affinity = [](const char* expression) {
            return QString(R"("affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":)"
                           R"({"nodeSelectorTerms":[%1]}}})")
                .arg(expression);
        };
        QTest::newRow("selector") << R"("nodeSelector":{"disk":"ssd"})" << "n2";
        QTest::newRow("selector without match") << R"("nodeSelector":{"disk":"tape"})" << "";
        QTest::newRow("in") << affinity(R"({"matchExpressions":[{"key":"disk","operator":"In","values":["ssd"]}]})")
                            << "n2";
        QTest::newRow("not in") << affinity(
                                       R"({"matchExpressions":[{"key":"disk","operator":"NotIn","values":["ssd"]}]})")
                                << "n1";
        QTest::newRow("exists") << affinity(R"({"matchExpressions":[{"key":"cores","operator":"Exists"}]})") << "n2";
        QTest::newRow("absent") << affinity(R"({"matchExpressions":[{"key":"cores","operator":"DoesNotExist"}]})")
                                << "n1";
        QTest::newRow("greater") << affinity(R"({"matchExpressions":[{"key":"cores","operator":"Gt","values":["7"]}]})")
                                 << "n2";
        QTest::newRow("not less") << affinity(
                                         R"({"matchExpressions":[{"key":"cores","operator":"Lt","values":["8"]}]})")
                                  << "";
        QTest::newRow("field") << affinity(
                                      R"({"matchFields":[{"key":"metadata.name","operator":"In","values":["n1"]}]})")
                               << "n1";
        QTest::newRow("empty term") << affinity("{}") << "";
        QTest::newRow("one of two terms")
            << affinity(R"({},{"matchExpressions":[{"key":"disk","operator":"Exists"}]})") << "n2";
    }
    void nodeSelectorAndAffinity() {
        QFETCH(QString, spec);
        QFETCH(QString, chosen);
        Snapshot snapshot;
        snapshot.setNode(node("n1"));
        snapshot.setNode(node("n2", {.labels = R"({"disk":"ssd","cores":"8"})"}));
        const Decision decision = schedule(pod("a", R"("containers":[{"name":"c"}],)" + spec.toStdString()), snapshot);
        QCOMPARE(QString::fromStdString(decision.node), chosen);
        if (chosen.isEmpty())
            QCOMPARE(decision.message(),
                     "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.");
    }

    void aHostPortIsTakenOnce() {
        const std::string spec = R"("containers":[{"name":"c","ports":[{"containerPort":80,"hostPort":8080}]}])";
        Snapshot snapshot;
        snapshot.setNode(node("n1"));
        snapshot.setPod(pod("old", spec), "n1");
        QCOMPARE(schedule(pod("a", spec), snapshot).message(),
                 "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.");
        snapshot.setNode(node("n2"));
        QCOMPARE(schedule(pod("a", spec), snapshot).node, "n2");
    }

    void podsOfOneOwnerSpread() {
        Snapshot snapshot;
        for (const char* name : {"n1", "n2", "n3"})
            snapshot.setNode(node(name));
        std::map<std::string, int> count;
        for (int i = 0; i < 6; ++i) {
            const PodInfo next = pod("web-" + std::to_string(i), R"("containers":[{"name":"c"}])", "rs");
            const std::string chosen = schedule(next, snapshot).node;
            ++count[chosen];
            snapshot.setPod(next, chosen);
        }
        QCOMPARE(count, (std::map<std::string, int>{{"n1", 2}, {"n2", 2}, {"n3", 2}}));
    }

    void theEmptierNodeIsPreferred() {
        Snapshot snapshot;
        snapshot.setNode(node("n1"));
        snapshot.setNode(node("n2"));
        snapshot.setPod(podAsking("old", "1", "2Gi"), "n1");
        QCOMPARE(schedule(podAsking("a", "100m"), snapshot).node, "n2");
    }

    void aNodeToAvoidIsTheLastChoice() {
        Snapshot snapshot;
        snapshot.setNode(node("n1", {.spec = R"({"taints":[{"key":"slow","effect":"PreferNoSchedule"}]})"}));
        snapshot.setNode(node("n2"));
        snapshot.setPod(podAsking("old", "1"), "n2");
        QCOMPARE(schedule(pod("a"), snapshot).node, "n2");
    }

    void aPreferredNodeWins() {
        const std::string spec =
            R"("containers":[{"name":"c"}],"affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":)"
            R"([{"weight":10,"preference":{"matchExpressions":[{"key":"disk","operator":"In","values":["ssd"]}]}}]}})";
        Snapshot snapshot;
        snapshot.setNode(node("n1"));
        snapshot.setNode(node("n2", {.labels = R"({"disk":"ssd"})"}));
        snapshot.setPod(podAsking("old", "500m"), "n2");
        QCOMPARE(schedule(pod("a", spec), snapshot).node, "n2");
    }

    void requestsOfAllKindsOfContainersCount() {
        const PodInfo info = pod("a", R"("overhead":{"cpu":"10m"},
            "initContainers":[{"name":"i","resources":{"requests":{"cpu":"900m","memory":"10Mi"}}},
                              {"name":"s","restartPolicy":"Always","resources":{"requests":{"cpu":"100m"}}},
                              {"name":"j","resources":{"requests":{"cpu":"850m"}}}],
            "containers":[{"name":"c","resources":{"requests":{"cpu":"300m","memory":"20Mi"}}},
                          {"name":"d","resources":{"requests":{"cpu":"200m","example.com/gpu":"1"}}}])");
        // The init container after the sidecar is the greediest moment for cpu: 850m + 100m.
        QCOMPARE(info.requests.milliCpu, std::int64_t(960));
        QCOMPARE(info.requests.memory, std::int64_t(20) << 20);
        QCOMPARE(info.requests.extended.at("example.com/gpu"), std::int64_t(1));
    }
};

QTEST_GUILESS_MAIN(ScheduleTest)
#include "schedule_test.moc"
