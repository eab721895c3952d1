#include "cluster/agent/simulated/simulated_node.h"
#include "cluster/agent/simulated/simulated_pod.h"

#include "cluster/api/codec.h"

#include <QtTest>

using namespace slipway;
using namespace slipway::agent;
using namespace std::chrono_literals;

namespace {

core::Pod podOf(const std::string& spec, const std::string& metadata = "") {
    return api::fromJson<core::Pod>(*api::parseJson(R"({"metadata":{"name":"p","namespace":"default","uid":"u")" +
                                                    metadata + R"(},"spec":{"nodeName":"sim-0001",)" + spec + "}}"))
        .value();
}

const std::string oneContainer = R"("containers":[{"name":"c","image":"web"}])";

std::string conditionOf(const core::PodStatus& status, const std::string& type) {
    for (const auto& condition : status.conditions)
        if (condition.type == type)
            return condition.status;
    return "";
}

} // namespace

class SimulatedPodTest : public QObject {
    Q_OBJECT

private slots:
    void aServiceRunsAtOnceAndStays() {
        SimulatedPod simulated("10.0.0.1", "100.64.0.2");
        const auto step = simulated.advance(podOf(oneContainer), {}, std::chrono::system_clock::now());
        QCOMPARE(step.status.phase, "Running");
        QCOMPARE(conditionOf(step.status, "Ready"), "True");
        QCOMPARE(step.status.podIP, "100.64.0.2");
        QCOMPARE(step.status.hostIP, "10.0.0.1");
        QVERIFY(!step.wakeAt);
        QVERIFY(!step.over);
    }

    void delaysAreKept() {
        Behaviour behaviour;
        behaviour.startDelay = 2s;
        behaviour.readyAfter = 3s;
        const auto begin = std::chrono::system_clock::now();
        SimulatedPod simulated("10.0.0.1", "100.64.0.2");
        core::Pod pod = podOf(oneContainer);
        auto step = simulated.advance(pod, behaviour, begin);
        QCOMPARE(step.status.phase, "Pending");
        QVERIFY(step.wakeAt == begin + 2s);
        pod.status = step.status;
        step = simulated.advance(pod, behaviour, *step.wakeAt);
        QCOMPARE(step.status.phase, "Running");
        QCOMPARE(conditionOf(step.status, "Ready"), "False");
        QVERIFY(step.wakeAt == begin + 5s);
        pod.status = step.status;
        step = simulated.advance(pod, behaviour, *step.wakeAt);
        QCOMPARE(conditionOf(step.status, "Ready"), "True");
        QVERIFY(!step.wakeAt);
    }

    void aJobsPodEnds() {
        const auto begin = std::chrono::system_clock::now();
        SimulatedPod simulated("10.0.0.1", "100.64.0.2");
        core::Pod pod = podOf(R"("restartPolicy":"Never",)" + oneContainer);
        auto step = simulated.advance(pod, {}, begin);
        QCOMPARE(step.status.phase, "Running");
        pod.status = step.status;
        step = simulated.advance(pod, {}, *step.wakeAt);
        QCOMPARE(step.status.phase, "Succeeded");
        QVERIFY(!step.wakeAt);
        QVERIFY(simulated.running().empty());
    }

    void whatFailsIsTriedAgainWithBackOff() {
        Behaviour behaviour;
        behaviour.failureRate = 1;
        auto now = std::chrono::system_clock::now();
        SimulatedPod simulated("10.0.0.1", "100.64.0.2");
        core::Pod pod = podOf(R"("restartPolicy":"OnFailure",)" + oneContainer);
        auto step = simulated.advance(pod, behaviour, now);
        for (int i = 0; i < 2; ++i) { // ends badly, starts again
            pod.status = step.status;
            now = *step.wakeAt;
            step = simulated.advance(pod, behaviour, now);
        }
        QCOMPARE(step.status.containerStatuses.front().restartCount, 1);
        QVERIFY(step.status.containerStatuses.front().state->waiting.has_value());
        QCOMPARE(step.status.containerStatuses.front().state->waiting->reason, "CrashLoopBackOff");
        QVERIFY(*step.wakeAt >= now + 9s);
    }

    void initContainersComeFirst() {
        SimulatedPod simulated("10.0.0.1", "100.64.0.2");
        const auto step = simulated.advance(podOf(R"("initContainers":[{"name":"i","image":"init"}],)" + oneContainer),
                                            {}, std::chrono::system_clock::now());
        QCOMPARE(step.status.phase, "Running");
        QCOMPARE(step.status.initContainerStatuses.front().state->terminated->exitCode, 0);
    }

    void whoIsDeletedEndsAfterTheStopDelay() {
        Behaviour behaviour;
        behaviour.stopDelay = 4s;
        auto now = std::chrono::system_clock::now();
        SimulatedPod simulated("10.0.0.1", "100.64.0.2");
        core::Pod pod = podOf(oneContainer);
        pod.status = simulated.advance(pod, behaviour, now).status;
        pod.metadata.deletionTimestamp = "2030-01-01T00:00:00Z";
        pod.metadata.deletionGracePeriodSeconds = 30;
        auto step = simulated.advance(pod, behaviour, now);
        QVERIFY(!step.over);
        QVERIFY(step.wakeAt == now + 4s);
        pod.status = step.status;
        step = simulated.advance(pod, behaviour, *step.wakeAt);
        QVERIFY(step.over);
    }

    void aNewProcessGoesOnWhereTheOldOneWas() {
        const auto begin = std::chrono::system_clock::now();
        core::Pod pod = podOf(oneContainer);
        {
            SimulatedPod simulated("10.0.0.1", "100.64.0.2");
            pod.status = simulated.advance(pod, {}, begin).status;
        }
        SimulatedPod simulated("10.0.0.1", "100.64.0.9");
        simulated.adopt(pod, {});
        const auto step = simulated.advance(pod, {}, begin + 60s);
        QCOMPARE(step.status.containerStatuses.front().restartCount, 0);
        QVERIFY(step.status.containerStatuses.front().state->running.has_value());
        QCOMPARE(simulated.podIp(), "100.64.0.2");
    }

    void annotationsGoFirst() {
        Behaviour behaviour;
        const Behaviour changed = behaviour.with({{"slipway.dev/simulated-run-for", "1.5s"},
                                                  {"slipway.dev/simulated-failure-rate", "7"},
                                                  {"slipway.dev/simulated-cpu", "250m"},
                                                  {"slipway.dev/simulated-start-delay", "soon"}});
        QVERIFY(changed.runFor == 1500ms);
        QCOMPARE(changed.failureRate, 1.0);
        QCOMPARE(changed.milliCpu, std::int64_t(250));
        QVERIFY(changed.startDelay == 0ms);
    }

    void addressesAreGivenOnceAndComeBack() {
        SimulatedAddresses addresses(300);
        QCOMPARE(addresses.network(), "100.65.43.0/24");
        std::set<std::string> given;
        for (int i = 0; i < 253; ++i)
            given.insert(addresses.take());
        QCOMPARE(given.size(), std::size_t(253));
        QVERIFY(addresses.take().empty());
        addresses.give("100.65.43.7");
        QCOMPARE(addresses.take(), "100.65.43.7");
        addresses.give("10.0.0.1"); // not of this network
        QVERIFY(addresses.take().empty());
    }

    void nodesSayWhatTheyAre() {
        SimulatedNodeShape shape;
        shape.hostIp = "10.0.0.1";
        shape.capacity.milliCpu = 4000;
        shape.capacity.memoryBytes = 1 << 30;
        const core::Node node = simulatedNode(shape, 5, "2030-01-01T00:00:00Z");
        QCOMPARE(node.metadata.name, "sim-0005");
        QCOMPARE(node.metadata.labels.at("topology.kubernetes.io/zone"), "zone-2");
        QCOMPARE(node.spec->taints.front().key, simulatedLabel);
        QCOMPARE(node.status->allocatable.at("cpu"), "4");
        QCOMPARE(node.status->conditions.back().status, "True");
    }
};

QTEST_GUILESS_MAIN(SimulatedPodTest)
#include "simulated_pod_test.moc"
