#include "cluster/store/snapshot_file.h"
#include "cluster/store/sqlite_store.h"
#include "tests/unit/store/operations.h"

#include <QtTest>
#include <filesystem>
#include <fstream>

using namespace slipway::store;
using namespace slipway::store::test;

class SnapshotFileTest : public QObject {
    Q_OBJECT

private slots:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void aSnapshotIsTakenWhileTheStoreServes() {
        const auto store = openSqliteStore(path("store.db"));
        QVERIFY((*store)->commit({put("a", "1")}));
        QVERIFY((*store)->commit({put("b", "2")}));
        const auto saved = saveSnapshot(path("store.db"), path("copy"));
        QVERIFY(saved);
        QCOMPARE(saved->keys, std::size_t(2));
        QCOMPARE(saved->revision, (*store)->revision());
        QVERIFY((*store)->commit({put("c", "3")})); // and goes on
        QCOMPARE(verifySnapshot(path("copy"))->keys, std::size_t(2));
    }

    void anExistingFileIsNotReplaced() {
        const auto store = openSqliteStore(path("store.db"));
        QVERIFY((*store)->commit({put("a", "1")}));
        std::ofstream(path("copy")) << "precious";
        QVERIFY(!saveSnapshot(path("store.db"), path("copy")));
        QCOMPARE(std::filesystem::file_size(path("copy")), std::uintmax_t(8));
    }

    void restoringBringsThePastBackAndKeepsWhatWasThere() {
        {
            const auto store = openSqliteStore(path("store.db"));
            QVERIFY((*store)->commit({put("a", "1")}));
            QVERIFY(saveSnapshot(path("store.db"), path("copy")));
            QVERIFY((*store)->commit({put("a", "2")}));
        }
        QVERIFY(restoreSnapshot(path("copy"), path("store.db")));
        {
            const auto store = openSqliteStore(path("store.db"));
            QCOMPARE(*(*(*store)->get("a"))->value, std::string("1"));
        }
        QVERIFY(restoreSnapshot(path("store.db.before-restore"), path("other.db")));
        const auto before = openSqliteStore(path("other.db"));
        QCOMPARE(*(*(*before)->get("a"))->value, std::string("2"));
    }

    void aStoreInUseIsNotReplaced() {
        const auto store = openSqliteStore(path("store.db"));
        QVERIFY((*store)->commit({put("a", "1")}));
        QVERIFY(saveSnapshot(path("store.db"), path("copy")));
        const auto refused = restoreSnapshot(path("copy"), path("store.db"));
        QVERIFY(!refused);
        QVERIFY(refused.error().message.contains("open in another process"));
        QVERIFY((*store)->commit({put("b", "2")}));
    }

    void aDamagedFileIsRefusedAndChangesNothing() {
        {
            const auto store = openSqliteStore(path("store.db"));
            for (int i = 0; i < 200; ++i)
                QVERIFY((*store)->commit({put("k" + std::to_string(i), std::string(300, 'v'))}));
            QVERIFY(saveSnapshot(path("store.db"), path("copy")));
        }
        std::filesystem::resize_file(path("copy"), std::filesystem::file_size(path("copy")) / 2);
        const auto refused = restoreSnapshot(path("copy"), path("store.db"));
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, Errc::corrupt);
        const auto store = openSqliteStore(path("store.db"));
        QCOMPARE((*store)->list("k")->entries.size(), std::size_t(200));
        std::ofstream(path("text")) << "not a store at all, but long enough to be read as one, line after line";
        QVERIFY(!verifySnapshot(path("text")));
    }

private:
    std::string path(const char* name) const { return folder_->filePath(name).toStdString(); }
    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_GUILESS_MAIN(SnapshotFileTest)
#include "snapshot_file_test.moc"
