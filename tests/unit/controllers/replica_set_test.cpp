#include "cluster/controllers/replica_set/replica_set.h"

#include "cluster/base/time.h"
#include "tests/unit/controllers/objects.h"

#include <QtTest>

using namespace slipway;
using namespace slipway::controllers;
using namespace slipway::controllers::test;
using api::apps_v1::ReplicaSet;

namespace {

ReplicaSet set(int replicas, int minReadySeconds = 0) {
    return fromText<ReplicaSet>(std::format(
        R"({{"metadata":{{"name":"web","namespace":"default","generation":3}},"spec":{{"replicas":{},"minReadySeconds":{},)"
        R"("selector":{{"matchLabels":{{"app":"web"}}}},"template":{{"metadata":{{"labels":{{"app":"web","tier":"x"}}}}}}}}}})",
        replicas, minReadySeconds));
}

base::Time at(const char* text) {
    return base::parseTime(text).value();
}

std::vector<PodPtr> toDelete(const std::vector<PodPtr>& pods, std::size_t surplus) {
    return podsToDelete(pods, surplus, pods, at("2026-01-03T00:00:00Z"));
}

} // namespace

class ReplicaSetTest : public QObject {
    Q_OBJECT

private slots:
    /// Of two pods, the first named is the one that goes.
    void theLessUsefulPodGoes_data() {
        QTest::addColumn<PodShape>("goes");
        QTest::addColumn<PodShape>("stays");
        QTest::newRow("unassigned") << PodShape{.name = "a", .node = "", .phase = "Pending"}
                                    << PodShape{.name = "b", .phase = "Pending"};
        QTest::newRow("pending") << PodShape{.name = "a", .phase = "Pending", .ready = false}
                                 << PodShape{.name = "b", .ready = false};
        QTest::newRow("not ready") << PodShape{.name = "a", .ready = false} << PodShape{.name = "b"};
        QTest::newRow("cheaper") << PodShape{.name = "a",
                                             .annotations = R"({"controller.kubernetes.io/pod-deletion-cost":"-5"})"}
                                 << PodShape{.name = "b"};
        QTest::newRow("not ready beats cost")
            << PodShape{.name = "a",
                        .ready = false,
                        .annotations = R"({"controller.kubernetes.io/pod-deletion-cost":"5"})"}
            << PodShape{.name = "b"};
        QTest::newRow("younger") << PodShape{.name = "a", .created = "2026-01-02T00:00:00Z"} << PodShape{.name = "b"};
    }
    void theLessUsefulPodGoes() {
        QFETCH(PodShape, goes);
        QFETCH(PodShape, stays);
        QCOMPARE(toDelete({pod(goes), pod(stays)}, 1).at(0)->metadata.name, "a");
        QCOMPARE(toDelete({pod(stays), pod(goes)}, 1).at(0)->metadata.name, "a");
    }

    void thePodThatSharesItsNodeGoes() {
        const auto gone = toDelete({pod({.name = "alone", .node = "n1", .created = "2026-01-02T00:00:00Z"}),
                                    pod({.name = "first", .node = "n2"}), pod({.name = "second", .node = "n2"})},
                                   1);
        QVERIFY(gone.at(0)->metadata.name != "alone");
    }

    void noMoreGoThanThereAre() { QCOMPARE(toDelete({pod({})}, 5).size(), std::size_t(1)); }

    void theStatusCounts() {
        std::chrono::milliseconds wait(0);
        const auto status = replicaSetStatus(set(3),
                                             {pod({.name = "a"}), pod({.name = "b", .ready = false}),
                                              pod({.name = "c", .labels = R"({"app":"web","tier":"x"})"})},
                                             at("2026-01-01T00:10:00Z"), &wait);
        QCOMPARE(status.replicas, 3);
        QCOMPARE(status.readyReplicas.value_or(0), 2);
        QCOMPARE(status.availableReplicas.value_or(0), 2);
        QCOMPARE(status.fullyLabeledReplicas.value_or(0), 1);
        QCOMPARE(status.observedGeneration.value_or(0), std::int64_t(3));
    }

    void aPodIsAvailableOnlyAfterItsTime() {
        std::chrono::milliseconds wait(0);
        const auto early = replicaSetStatus(set(1, 30), {pod({})}, at("2026-01-01T00:00:20Z"), &wait);
        QCOMPARE(early.readyReplicas.value_or(0), 1);
        QCOMPARE(early.availableReplicas.value_or(0), 0);
        QCOMPARE(wait.count(), 20'000LL);
        const auto late = replicaSetStatus(set(1, 30), {pod({})}, at("2026-01-01T00:00:40Z"), nullptr);
        QCOMPARE(late.availableReplicas.value_or(0), 1);
    }
};

QTEST_GUILESS_MAIN(ReplicaSetTest)
#include "replica_set_test.moc"
