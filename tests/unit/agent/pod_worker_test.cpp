#include "cluster/agent/stats/node_stats.h"
#include "node_fixture.h"
#include "pod_fixture.h"

using namespace slipway::agent;
using namespace slipway::agent::test;

namespace {

std::shared_ptr<const core::Pod> shared(core::Pod pod) {
    return std::make_shared<const core::Pod>(std::move(pod));
}

core::Pod deleted(core::Pod pod) {
    pod.metadata.deletionTimestamp = "2026-01-01T00:00:00Z";
    pod.metadata.deletionGracePeriodSeconds = 1;
    return pod;
}

} // namespace

class PodWorkerTest : public QObject {
    Q_OBJECT

private slots:
    void runsAPod() {
        Node node;
        PodWorker worker(node.environment, shared(pod({container("a"), container("b")})));
        worker.sync();
        QCOMPARE(node.runtime.calls, (Names{"runSandbox", "create a", "create b"}));
        QCOMPARE(node.status().phase, std::string("Running"));
        QCOMPARE(node.status().podIP, std::string("10.244.0.7"));
        QVERIFY(node.events.has("Pulled") && node.events.has("Created") && node.events.has("Started"));
        const std::size_t writes = node.writer.written.size();
        worker.sync();
        QCOMPARE(node.writer.written.size(), writes); // nothing new, nothing written
    }

    void restartsWhatEnds() {
        Node node;
        PodWorker worker(node.environment, shared(pod({container("a")})));
        worker.sync();
        node.runtime.exit("a", 1);
        worker.sync();
        QCOMPARE(node.runtime.running("a"), 1);
        QCOMPARE(node.status().containerStatuses[0].restartCount, 1);
        QCOMPARE(node.status().containerStatuses[0].lastState->terminated->exitCode, 1);
        node.runtime.exit("a", 1); // the second time it waits
        const auto wakeAt = worker.sync();
        QCOMPARE(node.runtime.running("a"), 0);
        QVERIFY(wakeAt.has_value());
        QCOMPARE(node.status().containerStatuses[0].state->waiting->reason, std::string("CrashLoopBackOff"));
    }

    void missingImage() {
        Node node;
        PodWorker worker(node.environment, shared(pod({container("a", "absent:1")})));
        const auto wakeAt = worker.sync();
        QVERIFY(wakeAt.has_value());
        QCOMPARE(node.status().containerStatuses[0].state->waiting->reason, std::string("ErrImagePull"));
        QVERIFY(node.events.has("Failed"));
        QCOMPARE(node.status().phase, std::string("Pending"));
    }

    void latestWorksOffline() {
        Node node;
        node.runtime.images["docker.io/library/web:latest"] = {.id = "sha256:2"};
        PodWorker worker(node.environment, shared(pod({container("a", "web")})));
        worker.sync();
        QCOMPARE(node.runtime.running("a"), 1);
        QVERIFY(node.events.has("PulledLocally"));
    }

    void neverPulls() {
        Node node;
        auto a = container("a", "absent:1");
        a.imagePullPolicy = "Never";
        PodWorker worker(node.environment, shared(pod({a})));
        worker.sync();
        QCOMPARE(node.status().containerStatuses[0].state->waiting->reason, std::string("ErrImageNeverPull"));
        QVERIFY(std::ranges::none_of(node.runtime.calls, [](const auto& call) { return call.starts_with("pull"); }));
    }

    void endsGracefullyAndCleansUp() {
        Node node;
        const auto web = pod({container("a")});
        PodWorker worker(node.environment, shared(web));
        worker.sync();
        QVERIFY(std::filesystem::exists(node.paths.podDir("uid-1")));
        worker.update(shared(deleted(web)));
        worker.sync();
        QCOMPARE(node.writer.removed.load(), 1);
        QVERIFY(worker.finished());
        QVERIFY(node.runtime.containers.empty() && node.runtime.sandboxes.empty());
        QVERIFY(!std::filesystem::exists(node.paths.podDir("uid-1")));
        QVERIFY(!std::filesystem::exists(node.paths.logDir(web)));
        QVERIFY(node.events.has("Killing"));
    }

    void sidecarsEndLast() {
        Node node;
        auto sidecar = container("proxy");
        sidecar.restartPolicy = "Always";
        auto web = pod({container("main")});
        web.spec->initContainers = {sidecar};
        PodWorker worker(node.environment, shared(web));
        worker.sync();
        worker.update(shared(deleted(web)));
        worker.sync();
        const auto stop = std::ranges::find(node.runtime.calls, "stop main");
        QVERIFY(stop != node.runtime.calls.end() && *(stop + 1) == "stop proxy");
    }

    void abandonedPodIsRemovedWithoutTheApi() {
        Node node;
        PodWorker worker(node.environment, shared(pod({container("a")})));
        worker.sync();
        worker.abandon();
        worker.sync();
        QVERIFY(worker.finished());
        QCOMPARE(node.writer.removed.load(), 0);
    }

    void keepsRunningWithoutTheApi() {
        Node node;
        node.writer.outcome = PodWriter::Outcome::retry;
        PodWorker worker(node.environment, shared(pod({container("a")})));
        QVERIFY(worker.sync().has_value()); // it comes back to report
        QCOMPARE(node.runtime.running("a"), 1);
        node.runtime.exit("a", 1);
        worker.sync();
        QCOMPARE(node.runtime.running("a"), 1);
        node.writer.outcome = PodWriter::Outcome::written;
        worker.sync();
        QCOMPARE(node.status().phase, std::string("Running"));
    }

    void adoptsWhatRuns() {
        Node node;
        const auto web = pod({container("a")});
        PodWorker first(node.environment, shared(web));
        first.sync();
        node.runtime.calls.clear();
        PodWorker second(node.environment, shared(web)); // the agent was restarted
        second.sync();
        QVERIFY(node.runtime.calls.empty());
    }

    void brokenRuntimeIsWaitedFor() {
        Node node;
        node.runtime.broken = true;
        PodWorker worker(node.environment, shared(pod({container("a")})));
        QVERIFY(worker.sync().has_value());
        node.runtime.broken = false;
        worker.sync();
        QCOMPARE(node.runtime.running("a"), 1);
    }

    void deletionInterruptsAPull() {
        Node node;
        node.runtime.hold = true;
        const auto web = pod({container("a", "absent:1")});
        PodWorker worker(node.environment, shared(web));
        worker.sync();
        QCOMPARE(node.runtime.held.size(), 1U); // under way, and no thread waits for it
        worker.update(shared(deleted(web)));
        worker.sync();
        QVERIFY(node.runtime.held[0]->over);
        QVERIFY(worker.finished());
    }

    void aStopIsHurriedWhenAskedAgain() {
        Node node;
        const auto web = pod({container("a")});
        PodWorker worker(node.environment, shared(web));
        worker.sync();
        node.runtime.hold = true;
        auto ending = deleted(web);
        ending.metadata.deletionGracePeriodSeconds = 30;
        worker.update(shared(ending));
        worker.sync();
        QCOMPARE(node.runtime.held.size(), 1U);
        worker.sync();
        QCOMPARE(node.runtime.held.size(), 1U); // begun once
        ending.metadata.deletionGracePeriodSeconds = 0;
        worker.update(shared(ending));
        worker.sync();
        QVERIFY(node.runtime.held[0]->over);
        QCOMPARE(node.runtime.held.size(), 2U);
        node.runtime.release();
        worker.sync();
        QVERIFY(worker.finished());
    }

    void preStopRunsBeforeTheSignal() {
        Node node;
        auto a = container("a");
        a.lifecycle.emplace();
        a.lifecycle->preStop.emplace();
        a.lifecycle->preStop->exec.emplace();
        a.lifecycle->preStop->exec->command = {"drain"};
        const auto web = pod({a});
        PodWorker worker(node.environment, shared(web));
        worker.sync();
        node.runtime.calls.clear();
        worker.update(shared(deleted(web)));
        worker.sync();
        QCOMPARE(node.runtime.calls, (Names{"exec drain", "stop a"}));
        QVERIFY(worker.finished());
    }

    void aFailedPostStartEndsItsContainer() {
        Node node;
        node.runtime.execExitCode = 1;
        auto a = container("a");
        a.lifecycle.emplace();
        a.lifecycle->postStart.emplace();
        a.lifecycle->postStart->exec.emplace();
        a.lifecycle->postStart->exec->command = {"warm"};
        PodWorker worker(node.environment, shared(pod({a}, "Never")));
        worker.sync();
        QVERIFY(node.events.has("FailedPostStartHook"));
        QCOMPARE(node.runtime.running("a"), 0);
        QCOMPARE(node.status().phase, std::string("Failed"));
    }

    void crashBackOffIsTold() {
        Node node;
        PodWorker worker(node.environment, shared(pod({container("a")})));
        worker.sync();
        for (int crash = 0; crash < 2; ++crash) {
            node.runtime.exit("a", 1);
            worker.sync();
        }
        QVERIFY(node.events.has("BackOff"));
    }

    void readinessGatesAreTheOthers() {
        Node node;
        auto web = pod({container("a")});
        web.spec->readinessGates.emplace_back().conditionType = "example.com/gate";
        PodWorker worker(node.environment, shared(web));
        worker.sync();
        const auto ready = [&] {
            return std::ranges::find(node.status().conditions, "Ready", &core::PodCondition::type)->status;
        };
        QCOMPARE(ready(), std::string("False"));
        for (const char* value : {"True", "False", "True"}) {
            web.status = node.status();
            std::erase_if(web.status->conditions, [](const auto& one) { return one.type == "example.com/gate"; });
            auto& gate = web.status->conditions.emplace_back();
            gate.type = "example.com/gate";
            gate.status = value;
            worker.update(shared(web));
            worker.sync();
            QCOMPARE(ready(), std::string(value));
        }
    }

    void ephemeralContainersJoin() {
        Node node;
        auto web = pod({container("a")});
        PodWorker worker(node.environment, shared(web));
        worker.sync();
        auto& debug = web.spec->ephemeralContainers.emplace_back();
        debug.name = "debug";
        debug.image = "web:1";
        debug.targetContainerName = "a";
        worker.update(shared(web));
        worker.sync();
        QCOMPARE(node.runtime.running("debug"), 1);
        QVERIFY(node.runtime.configs["debug"].namespaces.pid == NamespaceMode::target);
        node.runtime.exit("debug", 0);
        worker.sync();
        QCOMPARE(node.runtime.running("debug"), 0); // once
        QCOMPARE(node.status().ephemeralContainerStatuses.size(), 1U);
        QCOMPARE(node.status().phase, std::string("Running"));
    }

    void aPodThatComesBackWhileItEndsRunsAgain() {
        Node node;
        Pods pods(node.environment, node.pool);
        node.environment.wake = pods.waker();
        auto web = pod({container("a")});
        web.metadata.annotations["kubernetes.io/config.source"] = "file";
        const auto runs = [&] { return pods.find("default", "web") && node.writer.settled() == "Running"; };
        pods.set(shared(web));
        QTRY_VERIFY(runs());
        pods.drop("uid-1");
        pods.set(shared(web));
        QTRY_COMPARE(node.writer.removed.load(), 1); // the mirror of the first
        QTRY_VERIFY(runs());
        node.pool.stop();
        QCOMPARE(node.runtime.running("a"), 1);
    }

    void aChangedManifestWaitsForTheEndOfTheOld() {
        Node node;
        Pods pods(node.environment, node.pool);
        node.environment.wake = pods.waker();
        auto before = pod({container("a")}), after = pod({container("b")});
        after.metadata.uid = "uid-2";
        before.metadata.annotations["kubernetes.io/config.source"] = "file";
        after.metadata.annotations = before.metadata.annotations;
        pods.set(shared(before));
        QTRY_COMPARE(node.writer.settled(), std::string("Running"));
        pods.drop("uid-1");
        pods.set(shared(after));
        QCOMPARE(pods.list().size(), 1U); // both would take the same host ports
        QTRY_COMPARE(node.writer.removed.load(), 1);
        QTRY_VERIFY(pods.find("default", "web") && pods.find("default", "web")->pod->metadata.uid == "uid-2" &&
                    pods.find("default", "web")->status.phase == "Running");
        node.pool.stop();
        QCOMPARE(node.runtime.running("a"), 0);
        QCOMPARE(node.runtime.running("b"), 1);
    }

    void aManifestThatGoesBeforeItsTurnIsForgotten() {
        Node node;
        Pods pods(node.environment, node.pool);
        node.environment.wake = pods.waker();
        auto before = pod({container("a")}), after = before;
        before.metadata.annotations["kubernetes.io/config.source"] = "file";
        after.metadata = before.metadata;
        after.metadata.uid = "uid-2";
        pods.set(shared(before));
        QTRY_COMPARE(node.writer.settled(), std::string("Running"));
        pods.drop("uid-1");
        pods.set(shared(after));
        pods.drop("uid-2");
        QTRY_VERIFY(!pods.find("default", "web"));
        node.pool.stop();
        QCOMPARE(node.runtime.running("a"), 0);
    }

    void aStatusThatWasLostIsToldAgain() {
        Node node;
        PodWorker worker(node.environment, shared(pod({container("a")})));
        worker.sync();
        const auto told = node.writer.written.size();
        worker.sync();
        QCOMPARE(node.writer.written.size(), told);
        node.writer.outcome = PodWriter::Outcome::retry;
        worker.tellAgain();
        worker.sync();
        node.writer.outcome = PodWriter::Outcome::written;
        worker.sync();
        QCOMPARE(node.writer.written.size(), told + 1);
    }

    void resourcesChangeInPlace() {
        Node node;
        NodeView view;
        view.allocatable = {{"cpu", 2000}, {"memory", (1LL << 40)}};
        node.environment.view = [&] { return view; };
        node.environment.neighbours = [](const std::string&) { return PodList(); };
        auto web = pod({container("a")});
        const auto ask = [&](const std::string& cpu) {
            web.spec->containers[0].resources.emplace().limits["cpu"] = cpu;
            return shared(web);
        };
        PodWorker worker(node.environment, ask("500m"));
        worker.sync();
        node.runtime.calls.clear();
        worker.update(ask("1"));
        worker.sync();
        QCOMPARE(node.runtime.calls, Names{"resize a 100000"});
        QCOMPARE(node.status().containerStatuses[0].resources->limits.at("cpu"), std::string("1"));
        const auto has = [&](const std::string& type, const std::string& reason) {
            return std::ranges::any_of(node.status().conditions, [&](const auto& one) {
                return one.type == type && one.status == "True" && one.reason == reason;
            });
        };
        worker.update(ask("3"));
        worker.sync();
        QVERIFY(has("PodResizePending", "Infeasible"));
        QCOMPARE(node.status().containerStatuses[0].resources->limits.at("cpu"), std::string("1"));
        node.environment.neighbours = [&](const std::string&) {
            return PodList{std::make_shared<const core::Pod>(pod({web.spec->containers[0]}))};
        };
        web.spec->containers[0].resources->limits["cpu"] = "1";
        view.allocatable["cpu"] = 4000;
        worker.update(ask("3"));
        worker.sync(); // the neighbour has as much: no room for both
        QVERIFY(!has("PodResizePending", "Infeasible"));
        node.runtime.updateError = "device or resource busy";
        node.environment.neighbours = [](const std::string&) { return PodList(); };
        worker.update(ask("2"));
        worker.sync();
        QVERIFY(has("PodResizeInProgress", "Error"));
        node.runtime.updateError.clear();
        worker.sync();
        QVERIFY(!has("PodResizeInProgress", "Error"));
        // A container that wants to be restarted for it is.
        web.spec->containers[0].resizePolicy.push_back({"cpu", "RestartContainer"});
        worker.update(ask("1"));
        worker.sync();
        worker.sync();
        QCOMPARE(node.status().containerStatuses[0].restartCount, 1);
    }

    void aWishThatWaitsTakesNoRoom() {
        Node node;
        NodeView view;
        view.allocatable["cpu"] = 2000;
        node.environment.view = [&] { return view; };
        Pods pods(node.environment, node.pool);
        node.environment.wake = pods.waker();
        auto web = pod({container("a")});
        web.status.emplace().startTime = "2026-01-01T00:00:00Z"; // runs already: not asked whether it fits
        web.spec->containers[0].resources.emplace().requests["cpu"] = "1";
        pods.set(shared(web));
        QTRY_VERIFY(node.writer.settled() == "Running");
        web.spec->containers[0].resources->requests["cpu"] = "900";
        pods.set(shared(web));
        const auto waits = [&] {
            const auto entries = pods.list();
            return std::ranges::any_of(entries.at(0).status.conditions,
                                       [](const auto& one) { return one.type == "PodResizePending"; });
        };
        QTRY_VERIFY(waits());
        const PodList others = pods.active("");
        QCOMPARE(others.size(), std::size_t(1));
        QCOMPARE(others[0]->spec->containers[0].resources->requests.at("cpu"), std::string("1"));
        node.pool.stop();
    }

    void aRejectedPodIsToldSoAndNeverRuns() {
        Node node;
        auto web = pod({container("a")});
        PodWorker worker(node.environment, shared(web), Rejection{"OutOfcpu", "no room"});
        worker.sync();
        QCOMPARE(node.status().phase, std::string("Failed"));
        QCOMPARE(node.status().reason, std::string("OutOfcpu"));
        QCOMPARE(node.status().message, std::string("Pod was rejected: no room"));
        QVERIFY(node.status().containerStatuses.empty());
        QVERIFY(node.runtime.calls.empty());
        QCOMPARE(node.events.reasons, Names{"OutOfcpu"});
        worker.update(shared(deleted(web)));
        worker.sync();
        QVERIFY(worker.finished());
    }

    void anEvictedPodFails() {
        Node node;
        PodWorker worker(node.environment, shared(pod({container("a")})));
        worker.sync();
        worker.fail({"Evicted", "The node was low on resource: memory. ", 1s, true});
        worker.sync();
        QCOMPARE(node.status().phase, std::string("Failed"));
        QCOMPARE(node.status().reason, std::string("Evicted"));
        QCOMPARE(node.runtime.running("a"), 0);
        QVERIFY(std::ranges::any_of(node.status().conditions,
                                    [](const auto& one) { return one.type == "DisruptionTarget"; }));
        QVERIFY(!worker.finished()); // the object stays
    }

    void readinessIsToldWhileAPodEnds() {
        Node node;
        auto a = container("a");
        a.readinessProbe.emplace().exec.emplace().command = {"ready"};
        a.readinessProbe->periodSeconds = 1;
        const auto web = pod({a});
        PodWorker worker(node.environment, shared(web));
        worker.sync();
        QTRY_VERIFY((worker.sync(), node.status().containerStatuses[0].ready));
        node.runtime.hold = true;
        auto ending = deleted(web);
        ending.metadata.deletionGracePeriodSeconds = 600;
        worker.update(shared(ending));
        worker.sync();
        QVERIFY(node.status().containerStatuses[0].ready);
        const auto stop = std::exchange(node.runtime.held, {}); // the container goes on for now
        QCOMPARE(node.runtime.running("a"), 1);
        node.runtime.execExitCode = 1;
        QTRY_VERIFY_WITH_TIMEOUT((node.runtime.release(), worker.sync(), !node.status().containerStatuses[0].ready),
                                 20000);
        QCOMPARE(node.runtime.running("a"), 1);
    }

    void aRuntimeThatIsAwaySaysNothingOfReadiness() {
        Node node;
        auto a = container("a");
        a.readinessProbe.emplace().exec.emplace().command = {"ready"};
        a.readinessProbe->periodSeconds = 1;
        a.readinessProbe->failureThreshold = 1;
        a.livenessProbe = a.readinessProbe;
        PodWorker worker(node.environment, shared(pod({a})));
        worker.sync();
        QTRY_VERIFY((worker.sync(), node.status().containerStatuses[0].ready));
        node.runtime.hold = true; // probes now wait for release(), so that nothing is read while it is written
        QTRY_VERIFY_WITH_TIMEOUT(node.runtime.held.size() >= 2, 20000);
        node.runtime.execError = RuntimeError{RuntimeError::Kind::unavailable, "connection refused"};
        node.runtime.release();
        worker.sync();
        QVERIFY(node.events.has("Unhealthy"));
        QVERIFY(node.status().containerStatuses[0].ready);
        QCOMPARE(node.runtime.running("a"), 1);
        // A command that takes too long is a failure, though.
        QTRY_VERIFY_WITH_TIMEOUT(node.runtime.held.size() >= 2, 20000);
        node.runtime.execError = RuntimeError{RuntimeError::Kind::timeout, "deadline exceeded"};
        node.runtime.release();
        worker.sync();
        QVERIFY(!node.status().containerStatuses[0].ready);
    }

    void figuresLeaveEndedContainersOut() {
        Node node;
        Pods pods(node.environment, node.pool);
        node.environment.wake = pods.waker();
        for (const char* id : {"a-2", "ended"}) {
            ContainerUsage& usage = node.runtime.usages.emplace_back();
            usage.id = id;
            usage.name = "a";
            usage.podUid = "uid-1";
        }
        pods.set(shared(pod({container("a")})));
        QTRY_VERIFY(node.writer.settled() == "Running");
        QCOMPARE(node.runtime.containers[0].id, std::string("a-2"));
        const Usage usage(node.runtime, node.pool, node.dir.path().toStdString());
        QTRY_VERIFY_WITH_TIMEOUT(!usage.byPod().empty(), 20000);
        FolderUses folders;
        const NodeStats stats = collectStats(node.environment, pods, usage, folders, "n1");
        QCOMPARE(stats.pods.size(), std::size_t(1));
        QCOMPARE(stats.pods[0].containers.size(), std::size_t(1));
        node.pool.stop();
    }

    void aBadImageNameIsNamedSo() {
        Node node;
        PodWorker worker(node.environment, shared(pod({container("a", "No Such:Image")})));
        worker.sync();
        QCOMPARE(node.status().containerStatuses[0].state->waiting->reason, std::string("InvalidImageName"));
    }

    void finishedPodKeepsItsLogsUntilDeleted() {
        Node node;
        auto web = pod({container("a")}, "Never");
        PodWorker worker(node.environment, shared(web));
        worker.sync();
        node.runtime.exit("a", 0);
        worker.sync();
        QCOMPARE(node.status().phase, std::string("Succeeded"));
        QVERIFY(!node.runtime.sandboxes.empty() && !node.runtime.sandboxes[0].ready);
        QVERIFY(!worker.finished());
        web.status = node.status();
        worker.update(shared(deleted(web)));
        worker.sync();
        QVERIFY(worker.finished());
    }
};

QTEST_GUILESS_MAIN(PodWorkerTest)
#include "pod_worker_test.moc"
