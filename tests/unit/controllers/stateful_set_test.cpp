#include "cluster/controllers/stateful_set/stateful_set_plan.h"
#include "cluster/controllers/workload/revisions.h"
#include "tests/unit/controllers/objects.h"

#include <QtTest>

using namespace slipway;
using namespace slipway::controllers;
using api::apps_v1::StatefulSet;

namespace {

const auto now = std::chrono::system_clock::now();

StatefulSet set(int replicas, const std::string& more = "") {
    return test::fromText<StatefulSet>(
        std::format(R"({{"metadata":{{"name":"web","namespace":"default"}},"spec":{{"replicas":{},"serviceName":"web",)"
                    R"("selector":{{"matchLabels":{{"app":"web"}}}},"template":{{}}{}}}}})",
                    replicas, more));
}

PodPtr member(int ordinal, const std::string& revision = "web-1", bool ready = true, bool terminating = false,
              const std::string& phase = "Running") {
    test::PodShape shape;
    shape.name = std::format("web-{}", ordinal);
    shape.ready = ready;
    shape.terminating = terminating;
    shape.phase = phase;
    shape.labels = std::format(R"({{"app":"web","controller-revision-hash":"{}"}})", revision);
    return test::pod(shape);
}

std::vector<int> created(const StatefulPlan& plan) {
    std::vector<int> ordinals;
    for (const auto& creation : plan.create)
        ordinals.push_back(creation.ordinal);
    return ordinals;
}

std::vector<std::string> removed(const std::vector<PodPtr>& pods) {
    std::vector<std::string> names;
    for (const PodPtr& pod : pods)
        names.push_back(pod->metadata.name);
    return names;
}

using Names = std::vector<std::string>;
using Ordinals = std::vector<int>;

} // namespace

class StatefulSetTest : public QObject {
    Q_OBJECT

private slots:
    void ordinalsAreReadFromNames() {
        QCOMPARE(ordinalOf("web", "web-12"), std::optional(12));
        QVERIFY(!ordinalOf("web", "web-a"));
        QVERIFY(!ordinalOf("web", "webs-1"));
        QVERIFY(!ordinalOf("web", "web-"));
    }

    void podsComeOneByOneInOrder() {
        const auto wanted = set(3);
        QCOMPARE(created(planStatefulSet({wanted, {}, "web-1", "web-1"}, now)), Ordinals{0});
        QCOMPARE(created(planStatefulSet({wanted, {member(0, "web-1", false)}, "web-1", "web-1"}, now)), Ordinals{});
        QCOMPARE(created(planStatefulSet({wanted, {member(0)}, "web-1", "web-1"}, now)), Ordinals{1});
    }

    void parallelPodsComeTogether() {
        const auto wanted = set(3, R"(,"podManagementPolicy":"Parallel")");
        QCOMPARE(created(planStatefulSet({wanted, {}, "web-1", "web-1"}, now)), (Ordinals{0, 1, 2}));
    }

    void ordinalsBeginWhereTheyAreToldTo() {
        const auto wanted = set(2, R"(,"ordinals":{"start":5})");
        QCOMPARE(created(planStatefulSet({wanted, {}, "web-1", "web-1"}, now)), Ordinals{5});
    }

    void theHighestGoesFirstAndWaitsForTheOthers() {
        const auto wanted = set(1);
        QCOMPARE(removed(planStatefulSet({wanted, {member(0), member(1), member(2)}, "web-1", "web-1"}, now).remove),
                 Names{"web-2"});
        const auto leaving = member(2, "web-1", true, true);
        QCOMPARE(removed(planStatefulSet({wanted, {member(0), member(1), leaving}, "web-1", "web-1"}, now).remove),
                 Names{});
        QCOMPARE(
            removed(planStatefulSet({wanted, {member(0, "web-1", false), member(1)}, "web-1", "web-1"}, now).remove),
            Names{});
    }

    void aFailedPodIsMadeAnew() {
        const auto wanted = set(1);
        const auto plan =
            planStatefulSet({wanted, {member(0, "web-1", false, false, "Failed")}, "web-1", "web-1"}, now);
        QCOMPARE(removed(plan.remove), Names{"web-0"});
        QVERIFY(plan.create.empty());
    }

    void anUpdateGoesDownFromTheHighestToThePartition() {
        const auto wanted = set(3, R"(,"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":1}})");
        QCOMPARE(removed(planStatefulSet({wanted, {member(0), member(1), member(2)}, "web-1", "web-2"}, now).remove),
                 Names{"web-2"});
        QCOMPARE(
            removed(
                planStatefulSet({wanted, {member(0), member(1), member(2, "web-2")}, "web-1", "web-2"}, now).remove),
            Names{"web-1"});
        const std::vector<PodPtr> done{member(0), member(1, "web-2"), member(2, "web-2")};
        QCOMPARE(removed(planStatefulSet({wanted, done, "web-1", "web-2"}, now).remove), Names{});
        // A pod below the partition that was lost comes back as it was.
        const auto plan = planStatefulSet({wanted, {member(1, "web-2"), member(2, "web-2")}, "web-1", "web-2"}, now);
        QCOMPARE(created(plan), Ordinals{0});
        QVERIFY(plan.create.front().current);
    }

    void onDeleteUpdatesNothingItself() {
        const auto wanted = set(1, R"(,"updateStrategy":{"type":"OnDelete"})");
        QVERIFY(planStatefulSet({wanted, {member(0)}, "web-1", "web-2"}, now).remove.empty());
    }

    void theCurrentRevisionFollowsACompleteUpdate() {
        const auto wanted = set(2, R"(,"updateStrategy":{"type":"RollingUpdate"})");
        auto status = statefulSetStatus({wanted, {member(0), member(1, "web-2")}, "web-1", "web-2"}, now);
        QCOMPARE(status.currentRevision, "web-1");
        QCOMPARE(status.updatedReplicas, std::optional(1));
        status = statefulSetStatus({wanted, {member(0, "web-2"), member(1, "web-2")}, "web-1", "web-2"}, now);
        QCOMPARE(status.currentRevision, "web-2");
        QCOMPARE(status.currentReplicas, std::optional(2));
    }
};

QTEST_GUILESS_MAIN(StatefulSetTest)
#include "stateful_set_test.moc"
