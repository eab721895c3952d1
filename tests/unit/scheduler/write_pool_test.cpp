#include "cluster/scheduler/write_pool.h"

#include <QtTest>
#include <latch>

using slipway::scheduler::WritePool;

class WritePoolTest : public QObject {
    Q_OBJECT

private slots:
    void tasksRunBesideEachOther() {
        WritePool pool(2, 8);
        std::latch both(3);
        for (int i = 0; i < 2; ++i)
            QVERIFY(pool.run([&] { both.arrive_and_wait(); }));
        both.arrive_and_wait(); // returns only when the two run at once
    }

    void whatHasNoRoomIsRefused() {
        WritePool pool(1, 1);
        std::latch started(1), end(1);
        QVERIFY(pool.run([&] {
            started.count_down();
            end.wait();
        }));
        started.wait();
        QVERIFY(pool.tryRun([] {}));
        QVERIFY(!pool.tryRun([] {}));
        end.count_down();
    }

    void nothingIsTakenAfterTheStop() {
        WritePool pool(1, 1);
        pool.stop();
        QVERIFY(!pool.run([] {}));
        QVERIFY(!pool.tryRun([] {}));
    }
};

QTEST_GUILESS_MAIN(WritePoolTest)
#include "write_pool_test.moc"
