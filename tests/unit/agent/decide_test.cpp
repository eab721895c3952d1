#include "pod_fixture.h"

using namespace slipway::agent;
using namespace slipway::agent::test;

class DecideTest : public QObject {
    Q_OBJECT

private slots:
    void newPodNeedsSandbox() {
        const auto web = pod({container("web")});
        const Actions actions = decide(view(web));
        QVERIFY(actions.createSandbox);
        QCOMPARE(actions.sandboxAttempt, 0U);
        QVERIFY(actions.start.empty());
    }

    void readySandboxStartsAllContainers() {
        const auto web = pod({container("a"), container("b")});
        QCOMPARE(names(decide(view(web, {sandbox()})).start), (Names{"a", "b"}));
    }

    void runningPodIsLeftAlone() {
        const auto web = pod({container("a")});
        QVERIFY(decide(view(web, {sandbox()}, {instance("a", ContainerPhase::running)})).idle());
    }

    void deadSandboxIsReplaced() {
        const auto web = pod({container("a")});
        const Actions actions = decide(view(web, {sandbox(false, 3)}, {instance("a", ContainerPhase::exited, 137)}));
        QVERIFY(actions.createSandbox);
        QCOMPARE(actions.sandboxAttempt, 4U);
    }

    void initContainersRunInOrder() {
        auto web = pod({container("main")});
        web.spec->initContainers = {container("one"), container("two")};
        QCOMPARE(names(decide(view(web, {sandbox()})).start), Names{"one"});
        QVERIFY(decide(view(web, {sandbox()}, {instance("one", ContainerPhase::running)})).idle());
        const auto oneDone = instance("one", ContainerPhase::exited, 0);
        QCOMPARE(names(decide(view(web, {sandbox()}, {oneDone})).start), Names{"two"});
        QCOMPARE(names(decide(view(web, {sandbox()}, {instance("two", ContainerPhase::exited, 0), oneDone})).start),
                 Names{"main"});
    }

    void failedInitContainerIsTriedAgain() {
        auto web = pod({container("main")});
        web.spec->initContainers = {container("one")};
        const Actions actions = decide(view(web, {sandbox()}, {instance("one", ContainerPhase::exited, 1)}));
        QCOMPARE(names(actions.start), Names{"one"});
        QCOMPARE(actions.start[0].attempt, 1U);
    }

    void failedInitContainerEndsPodThatNeverRestarts() {
        auto web = pod({container("main")}, "Never");
        web.spec->initContainers = {container("one")};
        QVERIFY(decide(view(web, {sandbox()}, {instance("one", ContainerPhase::exited, 1)})).stopPod);
    }

    void sidecarStartsBeforeTheRestAndStays() {
        auto web = pod({container("main")});
        auto sidecar = container("proxy");
        sidecar.restartPolicy = "Always";
        web.spec->initContainers = {sidecar, container("init")};
        QCOMPARE(names(decide(view(web, {sandbox()})).start), Names{"proxy"});
        const auto running = instance("proxy", ContainerPhase::running);
        QCOMPARE(names(decide(view(web, {sandbox()}, {running})).start), Names{"init"});
        // A startup probe that has not passed holds the others back.
        auto waiting = view(web, {sandbox()}, {running});
        waiting.verdicts["proxy"] = {.started = false, .ready = false};
        QVERIFY(decide(waiting).start.empty());
        // Once the main container runs, a sidecar that died comes back.
        const auto later =
            view(web, {sandbox()},
                 {instance("main", ContainerPhase::running), instance("proxy", ContainerPhase::exited, 1)});
        QCOMPARE(names(decide(later).start), Names{"proxy"});
    }

    void restartPolicies_data() {
        QTest::addColumn<QString>("policy");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<bool>("restarts");
        QTest::newRow("always, good") << "Always" << 0 << true;
        QTest::newRow("always, bad") << "Always" << 1 << true;
        QTest::newRow("on failure, good") << "OnFailure" << 0 << false;
        QTest::newRow("on failure, bad") << "OnFailure" << 1 << true;
        QTest::newRow("never, good") << "Never" << 0 << false;
        QTest::newRow("never, bad") << "Never" << 1 << false;
    }
    void restartPolicies() {
        QFETCH(QString, policy);
        QFETCH(int, exitCode);
        QFETCH(bool, restarts);
        const auto web = pod({container("a")}, policy.toStdString());
        const Actions actions = decide(view(web, {sandbox()}, {instance("a", ContainerPhase::exited, exitCode)}));
        QCOMPARE(!actions.start.empty(), restarts);
        QCOMPARE(actions.stopPod, !restarts);
    }

    void crashLoopWaits() {
        const auto web = pod({container("a")});
        auto crashing = view(web, {sandbox()}, {instance("a", ContainerPhase::exited, 1, 2)});
        crashing.crashes["a"] = {10s, noon - 5s};
        const Actions actions = decide(crashing);
        QVERIFY(actions.start.empty());
        QCOMPARE(actions.waiting.at("a").reason, std::string("CrashLoopBackOff"));
        QCOMPARE(actions.waiting.at("a").message,
                 std::string("back-off 10s restarting failed container=a pod=web_default(uid-1)"));
        QVERIFY(actions.wakeAt == noon + 9s);
        crashing.now = noon + 10s;
        QCOMPARE(names(decide(crashing).start), Names{"a"});
        QCOMPARE(decide(crashing).start[0].attempt, 3U);
    }

    void backOffDoublesUpToItsLimitAndForgets() {
        BackOff backOff;
        std::vector<long> delays;
        for (int i = 0; i < 7; ++i) {
            backOff.next(noon);
            delays.push_back(backOff.delay.count());
        }
        QCOMPARE(delays, (std::vector<long>{10, 20, 40, 80, 160, 300, 300}));
        backOff.next(noon + 11min);
        QCOMPARE(backOff.delay.count(), 10L);
    }

    void failedProbeKills() {
        const auto web = pod({container("a")});
        auto sick = view(web, {sandbox()}, {instance("a", ContainerPhase::running)});
        sick.verdicts["a"] = {.failed = true, .message = "Container a failed liveness probe, will be restarted"};
        const Actions actions = decide(sick);
        QCOMPARE(actions.kill.size(), std::size_t(1));
        QCOMPARE(actions.kill[0].id, std::string("a-0"));
        QVERIFY(actions.start.empty());
    }

    void changedImageRestarts() {
        const auto web = pod({container("a", "web:2")});
        auto old = instance("a", ContainerPhase::running);
        old.annotations[labels::image] = "web:1";
        QCOMPARE(decide(view(web, {sandbox()}, {old})).kill.size(), std::size_t(1));
    }

    void terminatingPodStopsOnce() {
        const auto web = pod({container("a")});
        auto ending = view(web, {sandbox()}, {instance("a", ContainerPhase::running)});
        ending.terminating = true;
        QVERIFY(decide(ending).stopPod);
        auto ended = view(web, {sandbox(false)}, {instance("a", ContainerPhase::exited)});
        ended.terminating = true;
        QVERIFY(decide(ended).idle());
    }

    void terminalPodNeverStartsAgain() {
        auto web = pod({container("a")});
        web.status.emplace();
        web.status->phase = "Failed";
        QVERIFY(decide(view(web)).idle());
    }

    void heldBackStartsWait() {
        const auto web = pod({container("a"), container("b")});
        auto held = view(web, {sandbox()});
        held.notBefore["a"] = noon + 20s;
        const Actions actions = decide(held);
        QCOMPARE(names(actions.start), Names{"b"});
        QVERIFY(actions.wakeAt == noon + 20s);
    }

    void restartCountOutlivesContainers() {
        const auto web = pod({container("a")});
        auto fresh = view(web, {sandbox()});
        fresh.restarts["a"] = 4;
        QCOMPARE(decide(fresh).start[0].attempt, 5U);
    }
};

QTEST_GUILESS_MAIN(DecideTest)
#include "decide_test.moc"
