#include "cluster/controllers/job/job_indexes.h"
#include "cluster/controllers/job/job_plan.h"
#include "tests/unit/controllers/objects.h"

#include "cluster/base/time.h"

#include <QtTest>

using namespace slipway;
using namespace slipway::controllers;
using api::batch_v1::Job;

namespace {

const auto now = base::parseTime("2026-01-01T01:00:00Z").value();

Job job(const std::string& spec, const std::string& status = "{}") {
    return test::fromText<Job>(std::format(
        R"({{"metadata":{{"name":"j","namespace":"default","uid":"u"}},"spec":{{{},"template":{{"spec":{{"containers":[{{"name":"c"}}],)"
        R"("restartPolicy":"Never"}}}}}},"status":{}}})",
        spec, status));
}

struct Shape {
    std::string name, phase = "Running";
    int index = -1, exitCode = 1;
    bool tracked = true;
};

PodPtr pod(const Shape& shape) {
    auto made = *test::pod({.name = shape.name, .phase = shape.phase});
    if (shape.tracked)
        made.metadata.finalizers = {jobFinalizer};
    if (shape.index >= 0)
        made.metadata.annotations[completionIndex] = std::to_string(shape.index);
    if (shape.phase == "Failed") {
        api::core_v1::ContainerStatus container;
        container.name = "c";
        container.state.emplace().terminated.emplace().exitCode = shape.exitCode;
        container.state->terminated->finishedAt = "2026-01-01T00:00:00Z";
        made.status->containerStatuses = {container};
    }
    return std::make_shared<const api::core_v1::Pod>(made);
}

} // namespace

class JobTest : public QObject {
    Q_OBJECT

private slots:
    void indexesReadAndPrint() {
        QCOMPARE(formatIndexes({0, 2, 3, 4, 6, 7}), "0,2-4,6,7");
        QCOMPARE(parseIndexes("0,2-4,99", 10), (std::set<int>{0, 2, 3, 4}));
    }

    void asManyRunAsMay() {
        const auto wanted = job(R"("completions":5,"parallelism":2)");
        QCOMPARE(planJob(wanted, {}, now).create.size(), 2U);
        QCOMPARE(planJob(wanted, {pod({"a"})}, now).create.size(), 1U);
    }

    void aPodIsCountedOnceAndThenLetGo() {
        const auto first = job(R"("completions":2,"parallelism":1)");
        auto plan = planJob(first, {pod({"a", "Succeeded"})}, now);
        QCOMPARE(plan.status.uncountedTerminatedPods->succeeded, std::vector<std::string>{"a-uid"});
        QCOMPARE(plan.release.size(), 1U);
        QVERIFY(!plan.status.succeeded);
        Job second = first;
        second.status = plan.status;
        plan = planJob(second, {pod({"a", "Succeeded", -1, 0, false})}, now);
        QCOMPARE(plan.status.succeeded, std::optional(1));
        QVERIFY(plan.status.uncountedTerminatedPods->succeeded.empty());
        second.status = plan.status;
        QCOMPARE(planJob(second, {}, now).status.succeeded, std::optional(1)); // also when the pod is gone
    }

    void itIsCompleteWhenAllAreCounted() {
        const auto wanted = job(R"("completions":1,"parallelism":1)", R"({"succeeded":1})");
        const auto plan = planJob(wanted, {}, now);
        QVERIFY(trueCondition(plan.status, "SuccessCriteriaMet"));
        QVERIFY(trueCondition(plan.status, "Complete"));
        QVERIFY(!plan.status.completionTime.empty());
        QVERIFY(plan.create.empty());
    }

    void tooManyFailuresEndIt() {
        const auto wanted = job(R"("completions":1,"parallelism":1,"backoffLimit":1)", R"({"failed":1})");
        const auto plan = planJob(wanted, {pod({"a", "Failed"})}, now);
        QCOMPARE(trueCondition(plan.status, "FailureTarget")->reason, "BackoffLimitExceeded");
        QVERIFY(!trueCondition(plan.status, "Failed")); // the pod is still to be counted
    }

    void aFailureDelaysTheNextPod() {
        const auto wanted = job(R"("completions":1,"parallelism":1)");
        const auto soon = base::parseTime("2026-01-01T00:00:04Z").value();
        const auto plan = planJob(wanted, {pod({"a", "Failed"})}, soon);
        QVERIFY(plan.create.empty());
        QCOMPARE(plan.wait, std::chrono::milliseconds(6000));
        QCOMPARE(planJob(wanted, {pod({"a", "Failed"})}, now).create.size(), 1U);
    }

    void indexesThatFailedForGoodAreLeftOut() {
        const auto wanted =
            job(R"("completions":3,"parallelism":3,"completionMode":"Indexed","backoffLimitPerIndex":0)");
        const auto plan =
            planJob(wanted, {pod({"a", "Succeeded", 0}), pod({"b", "Failed", 1}), pod({"c", "Running", 2})}, now);
        QCOMPARE(plan.status.failedIndexes, "1");
        QCOMPARE(plan.status.completedIndexes, "0");
        QVERIFY(plan.create.empty());
        QVERIFY(!trueCondition(plan.status, "FailureTarget"));
    }

    /// An index remembers its failures in its pods; without that it would be tried for ever.
    void anIndexHasItsOwnFailures() {
        const auto wanted =
            job(R"("completions":2,"parallelism":2,"completionMode":"Indexed","backoffLimitPerIndex":1)");
        const auto first = planJob(wanted, {pod({"a", "Failed", 0})}, now);
        QCOMPARE(first.create, (std::vector<int>{0, 1}));
        QCOMPARE(first.failures.at(0), 1);
        auto again = jobPod(wanted, 0, first.failures.at(0));
        again.metadata.name = "b";
        again.metadata.uid = "b-uid";
        again.status = pod({"b", "Failed", 0})->status;
        const auto second =
            planJob(wanted, {pod({"a", "Failed", 0}), std::make_shared<const api::core_v1::Pod>(again)}, now);
        QCOMPARE(second.status.failedIndexes, "0");
        QCOMPARE(second.create, std::vector<int>{1});
    }

    void anIndexWaitsForItselfAlone() {
        const auto wanted =
            job(R"("completions":2,"parallelism":2,"completionMode":"Indexed","backoffLimitPerIndex":3)");
        const auto soon = base::parseTime("2026-01-01T00:00:04Z").value();
        const auto plan = planJob(wanted, {pod({"a", "Failed", 0})}, soon);
        QCOMPARE(plan.create, std::vector<int>{1});
        QCOMPARE(plan.wait, std::chrono::milliseconds(6000));
    }

    void thePolicyMayFailTheJobAtOnce() {
        const auto wanted = job(R"("completions":1,"parallelism":1,"podFailurePolicy":{"rules":[{"action":"FailJob",)"
                                R"("onExitCodes":{"operator":"In","values":[42]}}]})");
        const auto plan = planJob(wanted, {pod({"a", "Failed", -1, 42})}, now);
        QCOMPARE(trueCondition(plan.status, "FailureTarget")->reason, "PodFailurePolicy");
        QCOMPARE(trueCondition(plan.status, "FailureTarget")->message,
                 "Container c for pod default/a failed with exit code 42 matching FailJob rule at index 0");
        QVERIFY(!trueCondition(planJob(wanted, {pod({"a", "Failed", -1, 1})}, now).status, "FailureTarget"));
    }

    void ignoredFailuresDoNotCount() {
        const auto wanted = job(R"("completions":1,"parallelism":1,"backoffLimit":0,"podFailurePolicy":{"rules":[)"
                                R"({"action":"Ignore","onExitCodes":{"operator":"In","values":[7]}}]})");
        const auto plan = planJob(wanted, {pod({"a", "Failed", -1, 7})}, now);
        QVERIFY(!trueCondition(plan.status, "FailureTarget"));
        QCOMPARE(plan.create.size(), 1U);
        QCOMPARE(plan.release.size(), 1U);
    }

    void suspensionEndsPodsAndResumes() {
        const auto suspended = job(R"("completions":1,"parallelism":1,"suspend":true)");
        const auto plan = planJob(suspended, {pod({"a"})}, now);
        QCOMPARE(plan.remove.size(), 1U);
        QVERIFY(trueCondition(plan.status, "Suspended"));
        Job resumed = job(R"("completions":1,"parallelism":1)");
        resumed.status = plan.status;
        const auto next = planJob(resumed, {}, now);
        QVERIFY(!trueCondition(next.status, "Suspended"));
        QCOMPARE(next.create.size(), 1U);
    }

    void theDeadlineEndsIt() {
        const auto wanted = job(R"("completions":1,"parallelism":1,"activeDeadlineSeconds":10)",
                                R"({"startTime":"2026-01-01T00:00:00Z"})");
        const auto plan = planJob(wanted, {pod({"a"})}, now);
        QCOMPARE(trueCondition(plan.status, "FailureTarget")->reason, "DeadlineExceeded");
        QCOMPARE(plan.remove.size(), 1U);
    }

    void anIndexedPodKnowsItsIndex() {
        const auto made = jobPod(job(R"("completions":3,"completionMode":"Indexed")"), 2);
        QCOMPARE(made.spec->hostname, "j-2");
        QCOMPARE(made.metadata.annotations.at(completionIndex), "2");
        QCOMPARE(made.spec->containers.front().env.front().name, "JOB_COMPLETION_INDEX");
    }
};

QTEST_GUILESS_MAIN(JobTest)
#include "job_test.moc"
