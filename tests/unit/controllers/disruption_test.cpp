#include "cluster/controllers/disruption/disruption_plan.h"

#include "cluster/base/time.h"
#include "tests/unit/controllers/objects.h"

#include <QtTest>

using namespace slipway;
using namespace slipway::controllers;
using namespace slipway::controllers::test;
using api::policy_v1::PodDisruptionBudget;

namespace {

PodDisruptionBudget budget(const std::string& spec, const std::string& status = "{}") {
    return fromText<PodDisruptionBudget>(R"({"metadata":{"name":"b","namespace":"default","generation":2},"spec":)" +
                                         spec + R"(,"status":)" + status + "}");
}

base::Time at(const char* text) {
    return base::parseTime(text).value();
}

} // namespace

class DisruptionTest : public QObject {
    Q_OBJECT

private slots:
    void needsAreCounted_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<int>("wanted");
        QTest::addColumn<int>("present");
        QTest::addColumn<int>("expected");
        QTest::addColumn<int>("healthy");
        QTest::newRow("at least a number") << R"({"minAvailable":2})" << 5 << 3 << 3 << 2;
        QTest::newRow("at least a share") << R"({"minAvailable":"50%"})" << 5 << 3 << 5 << 3;
        QTest::newRow("at most a number") << R"({"maxUnavailable":1})" << 5 << 3 << 5 << 4;
        QTest::newRow("at most a share, rounded up") << R"({"maxUnavailable":"25%"})" << 5 << 3 << 5 << 3;
        QTest::newRow("at most more than there are") << R"({"maxUnavailable":9})" << 5 << 5 << 5 << 0;
        QTest::newRow("nothing said") << R"({})" << 5 << 3 << 3 << 0;
    }
    void needsAreCounted() {
        QFETCH(QString, spec);
        QFETCH(int, wanted);
        QFETCH(int, present);
        const auto needs = disruptionNeeds(*budget(spec.toStdString()).spec, wanted, present);
        QTEST(needs.expected, "expected");
        QTEST(needs.desiredHealthy, "healthy");
    }

    void onlyHealthyPodsCount() {
        const auto [status, wait] =
            disruptionStatus(budget("{}"), {4, 2},
                             {pod({.name = "a"}), pod({.name = "b"}), pod({.name = "c", .ready = false}),
                              pod({.name = "d", .terminating = true})},
                             at("2026-01-01T02:00:00Z"));
        QCOMPARE(status.currentHealthy, 2);
        QCOMPARE(status.disruptionsAllowed, 0);
        QCOMPARE(status.expectedPods, 4);
        QCOMPARE(status.observedGeneration.value_or(0), std::int64_t(2));
        QCOMPARE(status.conditions.at(0).reason, "InsufficientPods");
        QCOMPARE(wait.count(), 0LL);
    }

    void anEvictedPodIsGoneAlready() {
        const auto evicted = budget("{}", R"({"disruptedPods":{"a":"2026-01-01T01:59:00Z"}})");
        const std::vector<PodPtr> pods{pod({.name = "a"}), pod({.name = "b"})};
        const auto soon = disruptionStatus(evicted, {2, 0}, pods, at("2026-01-01T02:00:00Z"));
        QCOMPARE(soon.status.currentHealthy, 1);
        QCOMPARE(soon.status.disruptionsAllowed, 1);
        QVERIFY(soon.status.disruptedPods.contains("a"));
        QCOMPARE(soon.wait.count(), 60'000LL);
        const auto late = disruptionStatus(evicted, {2, 0}, pods, at("2026-01-01T02:01:01Z"));
        QCOMPARE(late.status.currentHealthy, 2);
        QVERIFY(late.status.disruptedPods.empty());
    }

    void aBudgetOfNothingAllowsNothing() {
        const auto [status, wait] = disruptionStatus(budget("{}"), {0, 0}, {}, at("2026-01-01T02:00:00Z"));
        QCOMPARE(status.disruptionsAllowed, 0);
    }

    void whatCannotBeKnownAllowsNothing() {
        const auto status = failedStatus(budget("{}", R"({"disruptionsAllowed":3})"), "why", "2026-01-01T02:00:00Z");
        QCOMPARE(status.disruptionsAllowed, 0);
        QCOMPARE(status.conditions.at(0).reason, "SyncFailed");
        QCOMPARE(status.conditions.at(0).message, "why");
    }
};

QTEST_GUILESS_MAIN(DisruptionTest)
#include "disruption_test.moc"
