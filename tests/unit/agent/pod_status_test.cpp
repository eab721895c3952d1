#include "cluster/agent/pod/pod_status.h"
#include "pod_fixture.h"

using namespace slipway::agent;
using namespace slipway::agent::test;

namespace {

std::string condition(const core::PodStatus& status, const std::string& type) {
    for (const auto& one : status.conditions)
        if (one.type == type)
            return one.status;
    return "";
}

} // namespace

class PodStatusTest : public QObject {
    Q_OBJECT

private slots:
    void pendingBeforeAnythingRuns() {
        const auto web = pod({container("a")});
        const auto status = podStatus(view(web), {});
        QCOMPARE(status.phase, std::string("Pending"));
        QCOMPARE(status.containerStatuses[0].state->waiting->reason, std::string("ContainerCreating"));
        QCOMPARE(condition(status, "Ready"), std::string("False"));
        QCOMPARE(condition(status, "PodScheduled"), std::string("True"));
        QCOMPARE(status.qosClass, std::string("BestEffort"));
    }

    void runningAndReady() {
        const auto web = pod({container("a")});
        auto now = view(web, {sandbox()}, {instance("a", ContainerPhase::running, 0, 2)});
        now.podIps = {"10.244.0.5"};
        const auto status = podStatus(now, {});
        QCOMPARE(status.phase, std::string("Running"));
        QCOMPARE(status.podIP, std::string("10.244.0.5"));
        QCOMPARE(status.containerStatuses[0].restartCount, 2);
        QCOMPARE(status.containerStatuses[0].containerID, std::string("containerd://a-2"));
        for (const char* type : {"Ready", "ContainersReady", "Initialized", "PodReadyToStartContainers"})
            QCOMPARE(condition(status, type), std::string("True"));
    }

    void unreadyProbeIsNamed() {
        const auto web = pod({container("a")});
        auto now = view(web, {sandbox()}, {instance("a", ContainerPhase::running)});
        now.verdicts["a"] = {.started = true, .ready = false};
        const auto status = podStatus(now, {});
        QCOMPARE(condition(status, "Ready"), std::string("False"));
        for (const auto& one : status.conditions)
            if (one.type == "Ready") {
                QCOMPARE(one.reason, std::string("ContainersNotReady"));
                QCOMPARE(one.message, std::string("containers with unready status: [a]"));
            }
    }

    void aRunningInitContainerIsNotDone() {
        auto web = pod({container("a")});
        web.spec->initContainers = {container("first"), container("second")};
        const auto status = podStatus(view(web, {sandbox()}, {instance("first", ContainerPhase::running)}), {});
        QVERIFY(!status.initContainerStatuses[0].ready);
        QVERIFY(status.initContainerStatuses[0].started.value_or(false));
        for (const auto& one : status.conditions)
            if (one.type == "Initialized")
                QCOMPARE(one.message, std::string("containers with incomplete status: [first second]"));
        // One that stays is ready while it runs.
        web.spec->initContainers[0].restartPolicy = "Always";
        QVERIFY(podStatus(view(web, {sandbox()}, {instance("first", ContainerPhase::running)}), {})
                    .initContainerStatuses[0]
                    .ready);
    }

    void crashLoopShowsBothStates() {
        const auto web = pod({container("a")});
        auto now = view(web, {sandbox()}, {instance("a", ContainerPhase::exited, 3, 1)});
        now.waiting["a"] = {"CrashLoopBackOff", "back-off 10s"};
        const auto status = podStatus(now, {});
        QCOMPARE(status.phase, std::string("Running"));
        QCOMPARE(status.containerStatuses[0].state->waiting->reason, std::string("CrashLoopBackOff"));
        QCOMPARE(status.containerStatuses[0].lastState->terminated->exitCode, 3);
    }

    void finishedPods_data() {
        QTest::addColumn<QString>("policy");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QString>("phase");
        QTest::newRow("never, good") << "Never" << 0 << "Succeeded";
        QTest::newRow("never, bad") << "Never" << 2 << "Failed";
        QTest::newRow("on failure, good") << "OnFailure" << 0 << "Succeeded";
        QTest::newRow("on failure, bad") << "OnFailure" << 2 << "Running";
    }
    void finishedPods() {
        QFETCH(QString, policy);
        QFETCH(int, exitCode);
        QFETCH(QString, phase);
        const auto web = pod({container("a")}, policy.toStdString());
        const auto status = podStatus(view(web, {sandbox()}, {instance("a", ContainerPhase::exited, exitCode)}), {});
        QCOMPARE(QString::fromStdString(status.phase), phase);
    }

    void finalPhaseStays() {
        const auto web = pod({container("a")}, "Never");
        auto before = podStatus(view(web, {sandbox()}, {instance("a", ContainerPhase::exited, 0)}), {});
        const auto status = podStatus(view(web), before);
        QCOMPARE(status.phase, std::string("Succeeded"));
    }

    void transitionTimesStayWhereNothingChanged() {
        const auto web = pod({container("a")});
        const auto before = podStatus(view(web, {sandbox()}, {instance("a", ContainerPhase::running)}), {});
        auto later = view(web, {sandbox()}, {instance("a", ContainerPhase::running)});
        later.now = noon + 60s;
        QVERIFY(podStatus(later, before) == before);
    }

    void conditionsOfOthersAreKept() {
        const auto web = pod({container("a")});
        core::PodStatus before;
        core::PodCondition theirs;
        theirs.type = "example.com/gate";
        theirs.status = "True";
        before.conditions = {theirs};
        QCOMPARE(condition(podStatus(view(web), before), "example.com/gate"), std::string("True"));
    }

    void deadlineFails() {
        const auto web = pod({container("a")});
        auto now = view(web, {sandbox(false)}, {instance("a", ContainerPhase::exited, 137)});
        now.terminating = true;
        now.failure = PodFailure{"DeadlineExceeded", "late"};
        const auto status = podStatus(now, {});
        QCOMPARE(status.phase, std::string("Failed"));
        QCOMPARE(status.reason, std::string("DeadlineExceeded"));
    }

    void aPodDeletedBeforeItRanHasFailed() {
        const auto web = pod({container("a")});
        auto ended = view(web);
        ended.terminating = true;
        const auto status = podStatus(ended, {});
        QCOMPARE(status.phase, std::string("Failed"));
        QCOMPARE(status.containerStatuses[0].state->terminated->reason, std::string("ContainerStatusUnknown"));
        QCOMPARE(status.containerStatuses[0].state->terminated->exitCode, 137);
    }

    void aLostContainerIsUnknown() {
        const auto web = pod({container("a")});
        const auto before = podStatus(view(web, {sandbox()}, {instance("a", ContainerPhase::running, 0, 2)}), {});
        const auto status = podStatus(view(web, {sandbox()}), before);
        QCOMPARE(status.containerStatuses[0].restartCount, 2);
        QCOMPARE(status.containerStatuses[0].lastState->terminated->reason, std::string("ContainerStatusUnknown"));
    }

    void aFailedStartIsFinalWhereItIsNotTriedAgain() {
        for (const bool again : {false, true}) {
            const auto web = pod({container("a")}, again ? "Always" : "Never");
            auto now = view(web, {sandbox()}, {instance("a", ContainerPhase::exited, 128)});
            now.waiting["a"] = {"RunContainerError", "no such file"};
            const auto status = podStatus(now, {});
            QCOMPARE(status.containerStatuses[0].state->waiting.has_value(), again);
            QCOMPARE(status.containerStatuses[0].state->terminated.has_value(), !again);
        }
    }

    void mountsAreTold() {
        auto web = pod({container("a")});
        web.spec->containers[0].volumeMounts.resize(2);
        web.spec->containers[0].volumeMounts[0].name = "data";
        web.spec->containers[0].volumeMounts[1].readOnly = true;
        const auto status = podStatus(view(web, {sandbox()}, {instance("a", ContainerPhase::running)}), {});
        const auto& mounts = status.containerStatuses[0].volumeMounts;
        QCOMPARE(mounts[0].name, std::string("data"));
        QVERIFY(!mounts[0].readOnly);
        QCOMPARE(mounts[1].recursiveReadOnly, std::string("Disabled"));
    }

    void closedGatesAreNamed() {
        auto web = pod({container("a")});
        web.spec->readinessGates.emplace_back().conditionType = "example.com/gate";
        const auto ready = [&](const std::optional<core::PodStatus>& before) {
            const auto status = podStatus(view(web, {sandbox()}, {instance("a", ContainerPhase::running)}), before);
            return *std::ranges::find(status.conditions, "Ready", &core::PodCondition::type);
        };
        QCOMPARE(ready({}).message,
                 std::string("corresponding condition of pod readiness gate \"example.com/gate\" does not exist."));
        core::PodStatus before;
        auto& gate = before.conditions.emplace_back();
        gate.type = "example.com/gate";
        gate.status = "False";
        QCOMPARE(ready(before).message,
                 std::string("the status of pod readiness gate \"example.com/gate\" is not \"True\", but False"));
    }

    void lastWordsFitTogether() {
        std::vector<core::Container> containers;
        std::vector<ContainerInfo> ended;
        for (int i = 0; i < 5; ++i) {
            containers.push_back(container("c" + std::to_string(i)));
            ended.push_back(instance(containers.back().name, ContainerPhase::exited, 1));
            ended.back().message = std::string(4096, 'x');
        }
        const auto web = pod(containers, "Never");
        const auto status = podStatus(view(web, {sandbox()}, ended), {});
        std::size_t total = 0;
        for (const auto& one : status.containerStatuses)
            total += one.state->terminated->message.size();
        QVERIFY(total <= 12 * 1024 && total > 10 * 1024);
    }

    void resizesAreTold() {
        const auto web = pod({container("a")});
        auto now = view(web, {sandbox()}, {instance("a", ContainerPhase::running)});
        now.resize.pendingReason = "Deferred";
        now.allocated["a"].limits["cpu"] = "1";
        const auto status = podStatus(now, {});
        QCOMPARE(condition(status, "PodResizePending"), std::string("True"));
        QCOMPARE(status.containerStatuses[0].resources->limits.at("cpu"), std::string("1"));
        QCOMPARE(condition(podStatus(view(web), status), "PodResizePending"), std::string());
    }

    void qosClasses() {
        auto guaranteed = container("a");
        guaranteed.resources.emplace();
        guaranteed.resources->limits = {{"cpu", "1"}, {"memory", "1Gi"}};
        guaranteed.resources->requests = {{"cpu", "1000m"}, {"memory", "1024Mi"}};
        QCOMPARE(qosClass(*pod({guaranteed}).spec), std::string("Guaranteed"));
        QCOMPARE(qosClass(*pod({guaranteed, container("b")}).spec), std::string("Burstable"));
        QCOMPARE(qosClass(*pod({container("b")}).spec), std::string("BestEffort"));
    }
};

QTEST_GUILESS_MAIN(PodStatusTest)
#include "pod_status_test.moc"
