#include "cluster/apiserver/history_keeper.h"
#include "cluster/store/sqlite_store.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace slipway;
using namespace std::chrono_literals;

class HistoryTest : public QObject {
    Q_OBJECT

private slots:
    void nothingGoesBeforeItIsOldEnough() {
        apiserver::HistoryWindow window({.age = 60s, .revisions = 1000});
        const std::chrono::steady_clock::time_point start{1h};
        QVERIFY(window.advance(start, 10) <= 0);
        QVERIFY(window.advance(start + 30s, 20) <= 0);
        QCOMPARE(window.advance(start + 60s, 30), 10);
        QCOMPARE(window.advance(start + 95s, 40), 20);
        // Nothing was written since: what is present stays readable.
        QCOMPARE(window.advance(start + 900s, 40), 40);
    }

    void tooManyRevisionsGoAtOnce() {
        apiserver::HistoryWindow window({.age = 3600s, .revisions = 100});
        QCOMPARE(window.advance(std::chrono::steady_clock::time_point{1h}, 5000), 4900);
    }

    void aFullDiskKeepsLess() {
        apiserver::HistoryWindow window({.age = 3600s, .revisions = 16'000, .bytes = 1000});
        const std::chrono::steady_clock::time_point now{1h};
        window.noteDisk(900);
        QCOMPARE(window.advance(now, 100'000), 84'000);
        window.noteDisk(1001);
        QCOMPARE(window.advance(now, 100'000), 92'000);
        for (int i = 0; i < 20; ++i)
            window.noteDisk(2000);
        QCOMPARE(window.advance(now, 100'000), 99'500);
        QVERIFY(window.isOverfull(100'000, 99'000));
        for (int i = 0; i < 20; ++i)
            window.noteDisk(100);
        QCOMPARE(window.advance(now, 100'000), 84'000);
    }

    void theFileStopsGrowing() {
        QTemporaryDir folder;
        const auto file = std::filesystem::path(folder.path().toStdString()) / "store.db";
        const auto store = store::openSqliteStore(file).value();
        const auto write = [&](int count) {
            for (int i = 0; i < count; ++i) {
                store::Operation put;
                put.key = "/registry/core/configmaps/default/" + std::to_string(i % 10);
                put.value = std::string(20'000, static_cast<char>('a' + i % 26));
                QVERIFY(store->commit({put}));
            }
        };
        write(500);
        apiserver::HistoryKeeper keeper(*store, {.age = 3600s, .revisions = 20, .interval = 1s});
        QTRY_VERIFY_WITH_TIMEOUT(store->compactedBefore() > 400, 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(!store->get("/registry/core/configmaps/default/1", 100), 5'000);
        QVERIFY(store->get("/registry/core/configmaps/default/1"));
        write(500);
        QTRY_VERIFY_WITH_TIMEOUT(store->compactedBefore() > 900, 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::file_size(file) < 12'000'000, 20'000); // 20 MB were written
    }
};

QTEST_GUILESS_MAIN(HistoryTest)
#include "history_test.moc"
