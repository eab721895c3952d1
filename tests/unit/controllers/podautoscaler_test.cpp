#include "cluster/controllers/podautoscaler/replica_calculation.h"
#include "cluster/controllers/podautoscaler/scaling_behavior.h"

#include "cluster/base/time.h"
#include "tests/unit/controllers/objects.h"

#include <QtTest>

using namespace slipway;
using namespace slipway::controllers;
using namespace slipway::controllers::test;
using std::chrono::seconds;

namespace {

const base::Time now = base::parseTime("2026-01-01T12:00:00Z").value();

/// Pods that request 100m each and have been ready for long, and what they use.
struct Fleet {
    std::vector<PodPtr> pods;
    PodMetrics metrics;

    void add(const std::string& name, std::optional<int> milli, PodShape shape = {}) {
        shape.name = name;
        shape.spec = R"("containers":[{"name":"c","resources":{"requests":{"cpu":"100m"}}}])";
        auto made = *pod(shape);
        made.status->startTime = shape.created;
        pods.push_back(std::make_shared<const api::core_v1::Pod>(std::move(made)));
        if (milli)
            metrics[name] = {*milli, now, seconds(30)};
    }
};

PodTarget half() {
    return {"cpu", {}, 50, 0};
}

int proposed(const Fleet& fleet, int current, const PodTarget& target = half()) {
    const auto proposal = proposeFromPods(current, target, fleet.metrics, fleet.pods, now);
    return proposal ? proposal->replicas : -1;
}

api::autoscaling_v2::HorizontalPodAutoscalerBehavior behavior(const std::string& json = "{}") {
    return behaviorOf(fromText<api::autoscaling_v2::HorizontalPodAutoscalerSpec>(
        R"({"maxReplicas":100,"scaleTargetRef":{"kind":"Deployment","name":"d"},"behavior":)" + json + "}"));
}

} // namespace

class PodAutoscalerTest : public QObject {
    Q_OBJECT

private slots:
    void moreUseMeansMorePods() {
        Fleet fleet;
        for (const char* name : {"a", "b", "c"})
            fleet.add(name, 100);
        QCOMPARE(proposed(fleet, 3), 6);
        const auto proposal = proposeFromPods(3, half(), fleet.metrics, fleet.pods, now);
        QCOMPARE(proposal->utilization.value_or(0), 100);
        QCOMPARE(proposal->average, std::int64_t(100));
    }

    void lessUseMeansFewer() {
        Fleet fleet;
        for (const char* name : {"a", "b", "c", "d"})
            fleet.add(name, 10);
        QCOMPARE(proposed(fleet, 4), 1);
    }

    void aLittleIsTolerated() {
        Fleet fleet;
        fleet.add("a", 54);
        fleet.add("b", 54);
        QCOMPARE(proposed(fleet, 2), 2);
    }

    void aMissingMetricNeverScalesDownBelowItsPod() {
        Fleet fleet;
        fleet.add("a", 10);
        fleet.add("b", 10);
        fleet.add("silent", {});
        QCOMPARE(proposed(fleet, 3), 3); // the silent one may be busy: 120 of 300 is 40 %, and three are kept
    }

    void aStartingPodIsNoReasonToGrow() {
        Fleet fleet;
        fleet.add("a", 80);
        fleet.add("young", 400,
                  {.created = "2026-01-01T11:59:00Z", .ready = false, .readySince = "2026-01-01T11:59:01Z"});
        QCOMPARE(proposed(fleet, 2), 2); // 80 of 200 once the young one counts for nothing
    }

    void withoutRequestsThereIsNoShare() {
        Fleet fleet;
        fleet.pods.push_back(pod({.name = "a"}));
        fleet.metrics["a"] = {10, now, seconds(30)};
        const auto proposal = proposeFromPods(1, half(), fleet.metrics, fleet.pods, now);
        QVERIFY(!proposal);
        QCOMPARE(proposal.error(), "missing request for cpu in container c of Pod a");
    }

    void anAmountForEachPodMayBeTheTarget() {
        Fleet fleet;
        fleet.add("a", 3000);
        fleet.add("b", 1000);
        QCOMPARE(proposed(fleet, 2, {{}, {}, {}, 1000}), 4);
    }

    void oneValueMayServeForAll() {
        Fleet fleet;
        fleet.add("a", {});
        fleet.add("b", {});
        QCOMPARE(proposeFromValue(2, 300, 100, fleet.pods).replicas, 6);
        QCOMPARE(proposeFromValue(2, 105, 100, fleet.pods).replicas, 2);
        QCOMPARE(proposeFromAverage(2, 700, 100).replicas, 7);
        QCOMPARE(proposeFromAverage(2, 210, 100).replicas, 2);
    }

    void growthIsLimited() {
        const SteadyTime then{std::chrono::hours(10)};
        const auto rules = behavior();
        QCOMPARE(rateLimited(1, 50, 1, 100, rules, {}, then).replicas, 5);   // four pods in 15 s
        QCOMPARE(rateLimited(10, 50, 1, 100, rules, {}, then).replicas, 20); // twice as many
        QCOMPARE(rateLimited(10, 50, 1, 12, rules, {}, then).replicas, 12);
        QCOMPARE(rateLimited(10, 50, 1, 12, rules, {}, then).reason, "TooManyReplicas");
        ScalingHistory grown;
        grown.up.push_back({10, then - seconds(5)});
        QCOMPARE(rateLimited(20, 50, 1, 100, rules, grown, then).replicas, 20); // it began with 10
    }

    void shrinkingMayBeForbiddenOrSlow() {
        const SteadyTime then{std::chrono::hours(10)};
        QCOMPARE(
            rateLimited(10, 2, 1, 100, behavior(R"({"scaleDown":{"selectPolicy":"Disabled"}})"), {}, then).replicas,
            10);
        const auto slow = behavior(
            R"({"scaleDown":{"policies":[{"type":"Pods","value":2,"periodSeconds":60},{"type":"Percent","value":50,)"
            R"("periodSeconds":60}],"selectPolicy":"Min"}})");
        const auto limited = rateLimited(10, 1, 1, 100, slow, {}, then);
        QCOMPARE(limited.replicas, 8);
        QCOMPARE(limited.reason, "ScaleDownLimit");
        QCOMPARE(rateLimited(3, 0, 2, 100, behavior(), {}, then).reason, "TooFewReplicas");
    }

    void aFallMustLast() {
        const SteadyTime then{std::chrono::hours(10)};
        const std::vector<Recommendation> recent{{8, then - seconds(200)}, {3, then - seconds(10)}};
        const auto steady = stabilized(8, 2, behavior(), recent, then);
        QCOMPARE(steady.replicas, 8);
        QCOMPARE(steady.reason, "ScaleDownStabilized");
        QCOMPARE(stabilized(8, 2, behavior(), recent, then + seconds(101)).replicas, 3);
        QCOMPARE(stabilized(2, 9, behavior(), recent, then).replicas, 9); // growth does not wait
    }
};

QTEST_GUILESS_MAIN(PodAutoscalerTest)
#include "podautoscaler_test.moc"
