#include "cluster/store/snapshot_file.h"
#include "cluster/store/sqlite/database.h"
#include "tests/unit/store/operations.h"

#include <QtTest>
#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace slipway::store;
using namespace slipway::store::test;

namespace {

/// Four threads commit without end; each acknowledged revision goes down the pipe with its key's number.
[[noreturn]] void commitForever(const std::string& file, int pipe) {
    auto store = openSqliteStore(file);
    if (!store)
        _exit(1);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            for (std::int64_t i = 0;; ++i) {
                const std::int64_t number = i * 4 + thread;
                const std::string key = "k" + std::to_string(number);
                const auto revision = (*store)->commit({put(key, key + std::string(500, 'v'))});
                const std::int64_t report[2] = {number, revision ? *revision : -1};
                if (::write(pipe, report, sizeof report) != sizeof report)
                    _exit(1);
            }
        });
    }
    for (;;)
        ::pause();
}

/// Limits the size of any file this process writes, as a full disk would; lifted when the scope ends.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_;
};

void overwrite(const std::string& file, std::streamoff at, const std::string& bytes) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(at);
    stream << bytes;
}

std::string contentOf(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

} // namespace

/// What only a store on disk has to do.
class SqliteStoreTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir folder_;
    int count_ = 0;

    std::string path() { return folder_.filePath(QString("store-%1").arg(count_++)).toStdString(); }

    /// A closed store with some keys.
    std::string filled() {
        const std::string file = path();
        auto store = openSqliteStore(file);
        for (int i = 0; i < 200; ++i)
            (void)(*store)->commit(
                {put("key" + std::to_string(i), "value" + std::to_string(i) + std::string(300, '.'))});
        return file;
    }

private slots:
    void everythingIsThereAfterReopening() {
        const std::string file = path();
        {
            auto store = openSqliteStore(file);
            QVERIFY((*store)->commit({put("a", "1"), put("b", "1")}));
            QVERIFY((*store)->commit({put("a", "2")}));
            QVERIFY((*store)->commit({erase("b")}));
            QVERIFY((*store)->compact(3));
        }
        auto store = openSqliteStore(file);
        QVERIFY2(store, store ? "" : store.error().message.c_str());
        QCOMPARE((*store)->revision(), 4);
        QCOMPARE((*store)->compactedBefore(), 3);
        QCOMPARE(keysAt(**store, ""), std::string("a=2"));
        QCOMPARE((*(*store)->get("a"))->created, 2);
        QCOMPARE(keysAt(**store, "", 3), std::string("a=2 b=1"));
        QCOMPARE(*(*store)->commit({put("b", "3")}), 5);
    }

    void theRevisionSurvivesDeletingAndCompactingEverything() {
        const std::string file = path();
        {
            auto store = openSqliteStore(file);
            QVERIFY((*store)->commit({put("a", "1")}));
            QVERIFY((*store)->commit({erase("a")}));
            QVERIFY((*store)->compact(3));
        }
        auto store = openSqliteStore(file);
        QVERIFY(store);
        QCOMPARE((*store)->revision(), 3);
    }

    void onlyTheOwnerReadsTheFiles() {
        const std::string file = path();
        const auto store = openSqliteStore(file);
        QVERIFY((*store)->commit({put("a", "1")}));
        for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
            struct stat status;
            QCOMPARE(::stat((file + suffix).c_str(), &status), 0);
            QCOMPARE(status.st_mode & 0777, 0600U);
        }
    }

    void aSecondOpenIsRefused() {
        const std::string file = path();
        auto first = openSqliteStore(file);
        QVERIFY(first);
        QVERIFY(openSqliteStore(file).error().kind == Errc::io);
        first->reset();
        QVERIFY(openSqliteStore(file));
    }

    void noAcknowledgedCommitIsLostByKilling() {
        const std::string file = path();
        std::map<std::int64_t, std::int64_t> acknowledged;
        for (int round = 0; round < 5; ++round) {
            int ends[2];
            QCOMPARE(::pipe(ends), 0);
            const pid_t child = ::fork();
            if (child == 0) {
                ::close(ends[0]);
                commitForever(file, ends[1]);
            }
            ::close(ends[1]);
            std::int64_t report[2];
            // Each round ends at another point; what is in the pipe by then was acknowledged as well.
            for (int i = 0; ::read(ends[0], report, sizeof report) == sizeof report; ++i) {
                QVERIFY(report[1] > 0);
                acknowledged[report[0]] = std::max(acknowledged[report[0]], report[1]);
                if (i == 60 + round * 37)
                    ::kill(child, SIGKILL);
            }
            ::close(ends[0]);
            ::waitpid(child, nullptr, 0);
            const auto store = openSqliteStore(file);
            QVERIFY2(store, store ? "" : store.error().message.c_str());
            for (const auto& [number, revision] : acknowledged) {
                const std::string key = "k" + std::to_string(number);
                const auto entry = (*store)->get(key);
                QVERIFY(entry && *entry);
                QVERIFY((*entry)->modified >= revision);
                QVERIFY((*entry)->value->starts_with(key));
            }
        }
        QVERIFY(acknowledged.size() > 60);
    }

    void aFullDiskFailsTheCommitAndNothingElse() {
        const std::string file = path();
        {
            const auto store = openSqliteStore(file);
            QVERIFY((*store)->commit({put("a", "1")}));
            {
                const FullDisk full(200 * 1024);
                const auto refused = (*store)->commit({put("big", std::string(1 << 20, 'x')), put("a", "2")});
                QVERIFY(!refused);
                QVERIFY(refused.error().kind == Errc::io);
                QCOMPARE(keysAt(**store, ""), std::string("a=1"));
                QCOMPARE((*store)->revision(), 2);
            }
            QCOMPARE(*(*store)->commit({put("a", "3", 2)}), 3);
        }
        const auto store = openSqliteStore(file);
        QVERIFY(store);
        QCOMPARE(keysAt(**store, ""), std::string("a=3"));
    }

    void aFullDiskAtTheFirstCommitLeavesNothingHalfMade() {
        const std::string file = path();
        const auto store = openSqliteStore(file);
        {
            const FullDisk full(2000);
            QVERIFY(!(*store)->commit({put("a", "1")}));
        }
        QVERIFY(!QFile::exists(QString::fromStdString(file)));
        QCOMPARE(*(*store)->commit({put("a", "1")}), 2);
    }

    void anUnwritableFolderIsAnError() { QVERIFY(openSqliteStore("/proc/nowhere/store").error().kind == Errc::io); }

    void damagedFilesAreRefused_data() {
        QTest::addColumn<QString>("damage");
        for (const char* damage : {"truncated", "empty", "text", "value", "key", "header", "page", "gone"})
            QTest::newRow(damage) << damage;
    }
    void damagedFilesAreRefused() {
        QFETCH(QString, damage);
        const std::string file = filled();
        const std::string content = contentOf(file);
        if (damage == "truncated")
            QCOMPARE(::truncate(file.c_str(), static_cast<off_t>(content.size() / 2)), 0);
        else if (damage == "empty")
            QCOMPARE(::truncate(file.c_str(), 0), 0);
        else if (damage == "text")
            overwrite(file, 0, std::string(content.size(), 'x'));
        else if (damage == "value")
            overwrite(file, static_cast<std::streamoff>(content.find("value77")), "valuE77");
        else if (damage == "key")
            overwrite(file, static_cast<std::streamoff>(content.find("key77")), "keY77");
        else if (damage == "header")
            overwrite(file, 68, "XXXX");
        else if (damage == "page")
            overwrite(file, 4096 * 4, std::string(4096, '\0'));
        else if (damage == "gone") {
            QVERIFY(QFile::rename(QString::fromStdString(file), QString::fromStdString(file + "-wal")));
        }
        const auto opened = openSqliteStore(file);
        QVERIFY(!opened);
        QVERIFY2(opened.error().kind == Errc::corrupt, opened.error().message.c_str());
    }

    /// A log cut off in the middle of its last commit is what a crash leaves: the commits before it hold.
    void aTornLogKeepsWhatCameBefore() {
        const std::string file = path(), copy = path();
        const auto store = openSqliteStore(file);
        for (int i = 0; i < 20; ++i)
            QVERIFY((*store)->commit({put("k" + std::to_string(i), std::string(100, 'v'))}));
        QVERIFY(QFile::copy(QString::fromStdString(file), QString::fromStdString(copy)));
        QVERIFY(QFile::copy(QString::fromStdString(file + "-wal"), QString::fromStdString(copy + "-wal")));
        QVERIFY((*store)->commit({put("last", std::string(100, 'v'))}));
        const std::string longer = contentOf(file + "-wal"), shorter = contentOf(copy + "-wal");
        QVERIFY(longer.size() > shorter.size());
        std::ofstream(copy + "-wal", std::ios::binary) << longer.substr(0, (longer.size() + shorter.size()) / 2);
        const auto torn = openSqliteStore(copy);
        QVERIFY2(torn, torn ? "" : torn.error().message.c_str());
        QCOMPARE((*torn)->revision(), 21);
        QCOMPARE(valueAt(**torn, "last"), std::string("-"));
        QCOMPARE(valueAt(**torn, "k19"), std::string(100, 'v'));
    }

    void aFileOfTheFirstFormatIsBroughtUpToDate() {
        const std::string file = filled();
        {
            auto database = Database::open(file, Database::Mode::write);
            QVERIFY(database);
            QVERIFY(database->execute("ALTER TABLE history DROP COLUMN who; ALTER TABLE history DROP COLUMN at; "
                                      "UPDATE meta SET value = 1 WHERE name = 'format'; "
                                      "PRAGMA wal_checkpoint(TRUNCATE)"));
        }
        QVERIFY(verifySnapshot(file));
        for (int round = 0; round < 2; ++round) {
            const auto store = openSqliteStore(file);
            QVERIFY2(store, store ? "" : store.error().message.c_str());
            QCOMPARE((*store)->list("key")->entries.size(), std::size_t(200));
            QVERIFY((*store)->get("key7", 100));
            QVERIFY((*store)->commit({put("new", "1")}, {"ann", 5}));
            QCOMPARE((*store)->changes("new", 2)->back().origin.who, std::string("ann"));
            QCOMPARE((*store)->changes("key7", 2, 1)->front().origin.who, std::string());
        }
    }

    void aCompactionCutShortIsFinishedByTheNext() {
        const std::string file = path();
        {
            auto store = openSqliteStore(file);
            for (int i = 0; i < 1200; ++i)
                QVERIFY((*store)->commit({put("k", std::to_string(i))}));
            QVERIFY((*store)->compact(1201));
        }
        const auto store = openSqliteStore(file);
        QVERIFY(store);
        QVERIFY((*store)->compact((*store)->revision()));
        QCOMPARE(valueAt(**store, "k"), std::string("1199"));
    }
};

QTEST_GUILESS_MAIN(SqliteStoreTest)
#include "sqlite_test.moc"
