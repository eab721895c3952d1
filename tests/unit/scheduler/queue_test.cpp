#include "cluster/scheduler/queue.h"

#include "tests/unit/scheduler/objects.h"

#include <QtTest>
#include <thread>

using namespace slipway::scheduler;
using namespace slipway::scheduler::test;

class QueueTest : public QObject {
    Q_OBJECT

private slots:
    void higherPriorityComesFirstThenTheOlder() {
        SchedulingQueue queue;
        queue.put(pod("old"));
        queue.put(pod("young"));
        queue.put(pod("urgent", R"("priority":1000,"containers":[{"name":"c"}])"));
        QCOMPARE(queue.take()->pod.key, "default/urgent");
        QCOMPARE(queue.take()->pod.key, "default/old");
        QCOMPARE(queue.take()->pod.key, "default/young");
    }

    void aRemovedPodDoesNotComeBack() {
        SchedulingQueue queue;
        queue.put(pod("a"));
        const auto taken = queue.take();
        queue.remove("default/a");
        queue.giveBack(*taken, true);
        QCOMPARE(queue.size(), std::size_t(0));
    }

    void anUnschedulablePodWaitsForAChange() {
        SchedulingQueue queue;
        queue.put(pod("a"));
        queue.giveBack(*queue.take(), false);
        queue.put(pod("b"));
        QCOMPARE(queue.take()->pod.key, "default/b"); // a is not due
        queue.moveAll();
        QCOMPARE(queue.take()->pod.key, "default/a"); // after its back-off
    }

    void aChangeWhileItWasTriedIsNotMissed() {
        SchedulingQueue queue;
        queue.put(pod("a"));
        const auto taken = queue.take();
        queue.moveAll();
        queue.giveBack(*taken, false);
        QCOMPARE(queue.take()->pod.key, "default/a");
    }

    void newPodsDoNotStarveOneWhoseBackOffIsOver() {
        SchedulingQueue queue;
        queue.put(pod("first"));
        queue.giveBack(*queue.take(), true);
        std::string key;
        for (int i = 0; key != "default/first"; ++i) { // there is always another active pod
            queue.put(pod("new" + std::to_string(2 * i)));
            queue.put(pod("new" + std::to_string(2 * i + 1)));
            key = queue.take()->pod.key;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            QVERIFY2(i < 10000, "the pod was never tried again");
        }
    }

    void ownStatusDoesNotWakeAPodButAnotherSpecDoes() {
        SchedulingQueue queue;
        queue.put(pod("a"));
        queue.giveBack(*queue.take(), false);
        queue.put(pod("a")); // the condition was written: same spec
        queue.put(pod("b"));
        QCOMPARE(queue.take()->pod.key, "default/b");
        queue.put(pod("a", R"("nodeSelector":{"x":"y"},"containers":[{"name":"c"}])"));
        QCOMPARE(queue.take()->pod.pod->spec->nodeSelector.size(), std::size_t(1));
    }

    void onlyKnownPodsAreKept() {
        SchedulingQueue queue;
        queue.put(pod("a"));
        queue.put(pod("b"));
        queue.keepOnly({"default/b"});
        QCOMPARE(queue.take()->pod.key, "default/b");
        QCOMPARE(queue.size(), std::size_t(1));
    }

    void closingEndsTheWait() {
        SchedulingQueue queue;
        std::thread waiter([&] { QVERIFY(!queue.take()); });
        queue.close();
        waiter.join();
    }
};

QTEST_GUILESS_MAIN(QueueTest)
#include "queue_test.moc"
