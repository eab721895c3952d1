#include "cluster/client/event_correlator.h"
#include "cluster/client/work_queue.h"
#include "cluster/controllers/runtime/fan_out.h"

#include <QtTest>
#include <atomic>
#include <thread>

using namespace slipway;
using client::EventCorrelator;
using client::WorkQueue;
using std::chrono::milliseconds;
using Action = EventCorrelator::Decision::Action;

namespace {

api::core_v1::Event eventOf(const std::string& message, const std::string& object = "p") {
    api::core_v1::Event made;
    made.involvedObject.kind = "Pod";
    made.involvedObject.name = object;
    made.type = "Normal";
    made.reason = "Pulled";
    made.message = message;
    return made;
}

/// Takes the next key once one is due, within 20 s.
std::optional<std::string> takeSoon(WorkQueue& queue) {
    std::optional<std::string> key;
    (void)QTest::qWaitFor([&] { return key || (key = queue.take()); }, 20'000);
    return key;
}

} // namespace

class RuntimeTest : public QObject {
    Q_OBJECT

private slots:
    void aKeyIsThereOnce() {
        int wakes = 0;
        WorkQueue queue([&] { ++wakes; });
        queue.add("a");
        queue.add("a");
        QCOMPARE(wakes, 1);
        QCOMPARE(queue.take().value(), "a");
        QVERIFY(!queue.take());
    }

    void aKeyBeingWorkedOnComesAgainAfterwards() {
        WorkQueue queue([] {});
        queue.add("a");
        QVERIFY(queue.take());
        queue.add("a");
        QVERIFY(!queue.take());
        queue.done("a");
        QCOMPARE(queue.take().value(), "a");
    }

    /// Every heartbeat used to leave a timer behind.
    void aKeyHasOneTimer() {
        WorkQueue queue([] {});
        for (int i = 0; i < 1000; ++i)
            queue.addAfter("a", milliseconds(50 + i));
        const auto due = queue.nextDue().value();
        QVERIFY(due < WorkQueue::Clock::now() + milliseconds(60));
        QVERIFY(takeSoon(queue));
        QVERIFY(!queue.nextDue());
        queue.done("a");
        QVERIFY(!queue.take());
    }

    void theNearestTimerWins() {
        WorkQueue queue([] {});
        queue.addAfter("a", std::chrono::hours(1));
        queue.addAfter("a", milliseconds(1));
        QVERIFY(takeSoon(queue));
    }

    void failuresBackOff() {
        WorkQueue queue([] {});
        for (int i = 0; i < 12; ++i) {
            queue.addRateLimited("a");
            if (i == 11) // only the last is looked at
                break;
            QVERIFY(takeSoon(queue));
            queue.done("a");
        }
        QVERIFY(queue.nextDue().value() > WorkQueue::Clock::now() + milliseconds(5000));
    }

    void workIsSharedOutAndAllOfItDone() {
        controllers::FanOut helpers(3);
        std::vector<std::atomic<int>> done(200);
        helpers.run(done.size(), [&](std::size_t i) {
            std::this_thread::sleep_for(std::chrono::microseconds(50));
            ++done[i];
        });
        for (const auto& count : done)
            QCOMPARE(count.load(), 1);
    }

    void theSameEventCountsUp() {
        EventCorrelator correlator;
        const auto now = EventCorrelator::Clock::now();
        const auto first = correlator.observe(eventOf("image pulled"), now);
        QCOMPARE(first.action, Action::create);
        correlator.settle(first, "p.1", "then");
        const auto second = correlator.observe(eventOf("image pulled"), now);
        QCOMPARE(second.action, Action::countUp);
        QCOMPARE(second.name, "p.1");
        QCOMPARE(second.count, 2);
        QCOMPARE(correlator.observe(eventOf("another"), now).action, Action::create);
        QCOMPARE(correlator.observe(eventOf("image pulled", "q"), now).action, Action::create);
    }

    void manyAlikeAreCombined() {
        EventCorrelator correlator;
        const auto now = EventCorrelator::Clock::now();
        for (int i = 0; i < 9; ++i)
            QVERIFY(!correlator.observe(eventOf(std::to_string(i)), now).message.starts_with("(combined"));
        const auto combined = correlator.observe(eventOf("9"), now);
        QCOMPARE(combined.message, "(combined from similar events): 9");
        correlator.settle(combined, "p.9", "then");
        QCOMPARE(correlator.observe(eventOf("10"), now).action, Action::countUp);
    }

    void aFloodEnds() {
        EventCorrelator correlator;
        const auto now = EventCorrelator::Clock::now();
        int written = 0;
        for (int i = 0; i < 100; ++i)
            written += correlator.observe(eventOf("same"), now).action != Action::drop;
        QCOMPARE(written, 25);
        QVERIFY(correlator.observe(eventOf("same"), now + std::chrono::minutes(6)).action != Action::drop);
    }
};

QTEST_GUILESS_MAIN(RuntimeTest)
#include "runtime_test.moc"
