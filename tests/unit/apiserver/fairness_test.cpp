#include "cluster/apiserver/fair_queue.h"
#include "cluster/apiserver/flow_schemas.h"
#include "cluster/store/sqlite_store.h"

#include <QTest>

using namespace slipway::apiserver;

class FairnessTest : public QObject {
    Q_OBJECT

private:
    /// Lets one request after another begin and end; the order of their tickets.
    static std::vector<FairQueue::Ticket> drain(FairQueue& queue) {
        std::vector<FairQueue::Ticket> order;
        while (const auto begun = queue.next()) {
            order.push_back(begun->first);
            queue.end(begun->second);
        }
        return order;
    }

private slots:
    void idleUntilTheTurnsAreTaken() {
        FairQueue queue(2);
        QVERIFY(queue.idle());
        queue.begin({});
        queue.begin({});
        QVERIFY(!queue.idle());
        const auto ticket = queue.enqueue({"low", "a"});
        QVERIFY(!queue.next());
        queue.end({});
        QVERIFY(!queue.idle()); // somebody waits: nobody overtakes
        QVERIFY(queue.next()->first == *ticket);
    }

    void flowsTakeTurns() {
        FairQueue queue(1);
        queue.begin({});
        std::vector<FairQueue::Ticket> greedy;
        for (int i = 0; i < 5; ++i)
            greedy.push_back(*queue.enqueue({"low", "greedy"}));
        const auto modest = *queue.enqueue({"low", "modest"});
        queue.end({});
        const auto order = drain(queue);
        QCOMPARE(order.size(), std::size_t(6));
        QVERIFY(order[0] == modest || order[1] == modest);
        QVERIFY(std::ranges::is_sorted(greedy)); // in their own order
    }

    void levelsGetTheirShares() {
        FairQueue queue(4);
        queue.setLevels({{.name = "high", .shares = 30}, {.name = "low", .shares = 10}});
        for (int i = 0; i < 8; ++i) {
            queue.enqueue({"high", "a"});
            queue.enqueue({"low", "b"});
        }
        int high = 0;
        while (const auto begun = queue.next())
            high += begun->second == "high" ? 1 : 0;
        QCOMPARE(high, 3);
        QCOMPARE(queue.running(), std::size_t(4));
    }

    void tooManyAreRefused() {
        FairQueue queue(1);
        queue.setLevels({{.name = "short", .queueLength = 2}, {.name = "none", .queues = false}});
        QVERIFY(queue.enqueue({"short", "a"}) && queue.enqueue({"short", "a"}));
        QVERIFY(!queue.enqueue({"short", "a"}));
        QVERIFY(queue.enqueue({"short", "b"}).has_value());
        QVERIFY(!queue.enqueue({"none", "a"}));
    }

    void whoGoesAwayIsForgotten() {
        FairQueue queue(1);
        const auto first = *queue.enqueue({"low", "a"}), second = *queue.enqueue({"low", "a"});
        queue.abandon(first);
        queue.abandon(first);
        QCOMPARE(queue.waiting(), std::size_t(1));
        QVERIFY(queue.next()->first == second);
    }

    void withoutSchemasEveryUserIsAFlow() {
        const auto store = slipway::store::makeMemoryStore();
        const WatchCache cache(*store);
        const FlowSchemas schemas(cache);
        QCOMPARE(schemas.match({}, {.name = "someone"}).place.flow, std::string("someone"));
        QVERIFY(schemas.levels().empty());
    }
};

QTEST_GUILESS_MAIN(FairnessTest)
#include "fairness_test.moc"
