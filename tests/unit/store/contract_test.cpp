#include "tests/unit/store/etcd_process.h"
#include "tests/unit/store/operations.h"

#include <QtTest>
#include <map>
#include <mutex>
#include <thread>

using namespace slipway::store;
using namespace slipway::store::test;

namespace {

/// What a subscriber heard, as text: "2:+a=1" created, "3:~a=2<1" changed, "4:-a=2" deleted.
class Heard {
public:
    void operator()(std::span<const Event> events) {
        const std::lock_guard lock(mutex_);
        for (const Event& event : events) {
            const char* sign = event.deleted ? "-" : event.previous ? "~" : "+";
            texts_.push_back(std::to_string(event.entry.modified) + ":" + sign + event.entry.key + "=" +
                             *event.entry.value + (event.previous ? "<" + *event.previous : ""));
            revisions_.push_back(event.entry.modified);
        }
    }
    std::string text() {
        const std::lock_guard lock(mutex_);
        std::string all;
        for (const std::string& one : texts_)
            all += (all.empty() ? "" : " ") + one;
        return all;
    }
    std::vector<Revision> revisions() {
        const std::lock_guard lock(mutex_);
        return revisions_;
    }

private:
    std::mutex mutex_;
    std::vector<std::string> texts_;
    std::vector<Revision> revisions_;
};

} // namespace

/// The contract of Store, run against each implementation through the interface alone.
class StoreContractTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir folder_;
    int count_ = 0;
    std::vector<std::unique_ptr<EtcdProcess>> etcds_;

    std::unique_ptr<Store> open() {
        QFETCH_GLOBAL(QString, kind);
        if (kind == "memory")
            return makeMemoryStore();
        if (kind == "etcd") {
            etcds_.push_back(std::make_unique<EtcdProcess>());
            auto store = openEtcdStore(etcds_.back()->options());
            if (!store)
                qFatal("%s", store.error().message.c_str());
            return std::move(*store);
        }
        auto store = openSqliteStore(path());
        if (!store)
            qFatal("%s", store.error().message.c_str());
        return std::move(*store);
    }
    std::string path() { return folder_.filePath(QString("store-%1").arg(count_++)).toStdString(); }

private slots:
    void initTestCase_data() {
        QTest::addColumn<QString>("kind");
        QTest::newRow("memory") << "memory";
        QTest::newRow("sqlite") << "sqlite";
        QTest::newRow("etcd") << "etcd";
    }

    void cleanup() { etcds_.clear(); }

    void anEmptyStoreAnswers() {
        const auto store = open();
        QCOMPARE(store->revision(), 1);
        QCOMPARE(store->compactedBefore(), 0);
        QCOMPARE(valueAt(*store, "a"), std::string("-"));
        QCOMPARE(keysAt(*store, ""), std::string());
        QCOMPARE(store->list("")->revision, 1);
        QVERIFY(store->get("a", 2).error().kind == Errc::future);
        Heard heard;
        QVERIFY(store->subscribe(0, std::ref(heard)));
        QVERIFY(store->subscribe(2, std::ref(heard)));
        QVERIFY(store->subscribe(3, std::ref(heard)).error().kind == Errc::future);
        QCOMPARE(heard.text(), std::string());
    }

    void putsAndDeletesMoveTheRevision() {
        const auto store = open();
        QCOMPARE(*store->commit({put("a", "1")}), 2);
        QCOMPARE(*store->commit({put("a", "2")}), 3);
        const auto entry = **store->get("a");
        QCOMPARE(*entry.value, std::string("2"));
        QCOMPARE(entry.created, 2);
        QCOMPARE(entry.modified, 3);
        QCOMPARE(*store->commit({erase("a")}), 4);
        QCOMPARE(valueAt(*store, "a"), std::string("-"));
        QCOMPARE(store->revision(), 4);
        QCOMPARE(*store->commit({put("a", "3")}), 5);
        QCOMPARE((*store->get("a"))->created, 5);
    }

    void deletingNothingTakesNoRevision() {
        const auto store = open();
        QCOMPARE(*store->commit({erase("a")}), 1);
        QCOMPARE(*store->commit({}), 1);
        QVERIFY(store->commit({erase("a", 7)}).error().kind == Errc::conflict);
    }

    void preconditionsAreChecked() {
        const auto store = open();
        QCOMPARE(*store->commit({put("a", "1", Operation::absent)}), 2);
        QVERIFY(store->commit({put("a", "x", Operation::absent)}).error().kind == Errc::conflict);
        QVERIFY(store->commit({put("a", "x", 1)}).error().kind == Errc::conflict);
        QVERIFY(store->commit({put("b", "x", 2)}).error().kind == Errc::conflict);
        QVERIFY(store->commit({erase("a", 9)}).error().kind == Errc::conflict);
        QCOMPARE(*store->commit({put("a", "2", 2)}), 3);
        QCOMPARE(*store->commit({erase("a", 3)}), 4);
    }

    void aCommitIsAllOrNothing() {
        const auto store = open();
        QVERIFY(store->commit({put("a", "1"), put("b", "1")}));
        const auto refused = store->commit({put("a", "2"), put("c", "2"), put("b", "2", 99)});
        QVERIFY(!refused);
        QVERIFY(refused.error().kind == Errc::conflict);
        QCOMPARE(refused.error().operation, std::size_t(2));
        QCOMPARE(keysAt(*store, ""), std::string("a=1 b=1"));
        QCOMPARE(store->revision(), 2);
    }

    void oneKeyTwiceInACommitIsRefused() {
        const auto store = open();
        const auto refused = store->commit({put("a", "1"), put("a", "2")});
        QVERIFY(!refused);
        QCOMPARE(refused.error().operation, std::size_t(1));
    }

    void theRevisionIsSplicedIntoTheValue() {
        const auto store = open();
        auto operation = put("a", R"({"resourceVersion":""})");
        operation.revisionAt = operation.value->size() - 2;
        QCOMPARE(*store->commit({operation}), 2);
        QCOMPARE(valueAt(*store, "a"), std::string(R"({"resourceVersion":"2"})"));
        operation.revisionAt = 1000;
        QVERIFY(!store->commit({operation}));
        QCOMPARE(store->revision(), 2);
    }

    void listsAreInKeyOrderAndPaged() {
        const auto store = open();
        QVERIFY(store->commit(
            {put("/pods/b", "2"), put("/pods/a", "1"), put("/podsx", "x"), put("/pods/c", "3"), put("/nodes/n", "n")}));
        QCOMPARE(keysAt(*store, "/pods/"), std::string("/pods/a=1 /pods/b=2 /pods/c=3"));
        QCOMPARE(keysAt(*store, "/pods/", 0, {}, 2), std::string("/pods/a=1 /pods/b=2"));
        QCOMPARE(keysAt(*store, "/pods/", 0, "/pods/b"), std::string("/pods/b=2 /pods/c=3"));
        QCOMPARE(keysAt(*store, "/pods/", 0, "/a", 1), std::string("/pods/a=1"));
        QVERIFY(store->commit({put("/pods/b", "9"), erase("/pods/a")}));
        QCOMPARE(keysAt(*store, "/pods/", 2, "/pods/b"), std::string("/pods/b=2 /pods/c=3"));
        QCOMPARE(keysAt(*store, "/pods/", 2, {}, 2), std::string("/pods/a=1 /pods/b=2"));
        QCOMPARE(keysAt(*store, "/pods/", 0, {}, 2), std::string("/pods/b=9 /pods/c=3"));
    }

    void thePastStaysReadable() {
        const auto store = open();
        QVERIFY(store->commit({put("a", "1")}));               // 2
        QVERIFY(store->commit({put("a", "2"), put("b", "")})); // 3
        QVERIFY(store->commit({erase("a")}));                  // 4
        QVERIFY(store->commit({put("a", "3")}));               // 5
        QCOMPARE(valueAt(*store, "a", 2), std::string("1"));
        QCOMPARE(valueAt(*store, "a", 3), std::string("2"));
        QCOMPARE(valueAt(*store, "a", 4), std::string("-"));
        QCOMPARE(valueAt(*store, "b", 2), std::string("-"));
        QCOMPARE(valueAt(*store, "b", 4), std::string(""));
        QCOMPARE(keysAt(*store, "", 4), std::string("b="));
        QCOMPARE((*store->get("a", 3))->created, 2);
        QCOMPARE(store->list("", 3)->revision, 3);
        QVERIFY(store->get("a", 6).error().kind == Errc::future);
        QVERIFY(store->list("", 6).error().kind == Errc::future);
    }

    void subscribersHearThePastThenThePresent() {
        const auto store = open();
        QVERIFY(store->commit({put("a", "1")}));
        QVERIFY(store->commit({put("a", "2"), put("b", "1")}));
        Heard all, late;
        const auto first = store->subscribe(2, std::ref(all));
        const auto second = store->subscribe(4, std::ref(late));
        QVERIFY(first && second);
        QCOMPARE(all.text(), std::string("2:+a=1 3:~a=2<1 3:+b=1"));
        QVERIFY(store->commit({erase("a")}));
        QVERIFY(store->commit({put("a", "3")}));
        QCOMPARE(late.text(), std::string("4:-a=2<2 5:+a=3"));
        QCOMPARE(all.text(), std::string("2:+a=1 3:~a=2<1 3:+b=1 4:-a=2<2 5:+a=3"));
        Heard replayed;
        QVERIFY(store->subscribe(4, std::ref(replayed)));
        QCOMPARE(replayed.text(), late.text());
    }

    void nothingIsHeardAfterTheSubscription() {
        const auto store = open();
        Heard heard;
        auto subscription = store->subscribe(2, std::ref(heard));
        QVERIFY(store->commit({put("a", "1")}));
        subscription->reset();
        QVERIFY(store->commit({put("a", "2")}));
        QCOMPARE(heard.text(), std::string("2:+a=1"));
    }

    void aSubscriberMayEndItselfInACall() {
        const auto store = open();
        int calls = 0;
        std::unique_ptr<Subscription> subscription;
        subscription = std::move(*store->subscribe(2, [&](std::span<const Event>) {
            ++calls;
            subscription.reset();
        }));
        QVERIFY(store->commit({put("a", "1")}));
        QVERIFY(store->commit({put("a", "2")}));
        QCOMPARE(calls, 1);
    }

    void compactionForgetsThePastOnly() {
        const auto store = open();
        QVERIFY(store->commit({put("a", "1"), put("b", "1"), put("c", "1")})); // 2
        QVERIFY(store->commit({put("a", "2")}));                               // 3
        QVERIFY(store->commit({erase("b")}));                                  // 4
        QVERIFY(store->commit({put("a", "3")}));                               // 5
        QVERIFY(store->commit({erase("c")}));                                  // 6
        QVERIFY(store->compact(7).error().kind == Errc::future);
        QVERIFY(store->compact(5));
        QCOMPARE(store->compactedBefore(), 5);
        QVERIFY(store->get("a", 4).error().kind == Errc::compacted);
        QVERIFY(store->list("", 4).error().kind == Errc::compacted);
        Heard heard;
        QVERIFY(store->subscribe(4, std::ref(heard)).error().kind == Errc::compacted);
        QCOMPARE(keysAt(*store, "", 5), std::string("a=3 c=1"));
        QCOMPARE(keysAt(*store, ""), std::string("a=3"));
        QVERIFY(store->subscribe(5, std::ref(heard)));
        QCOMPARE(heard.text(), std::string("5:~a=3<2 6:-c=1<1"));
        QVERIFY(store->compact(3));
        QCOMPARE(store->compactedBefore(), 5);
        QVERIFY(store->compact(6));
        QCOMPARE(keysAt(*store, ""), std::string("a=3"));
        QCOMPARE(store->revision(), 6);
        QCOMPARE(*store->commit({put("c", "2", Operation::absent)}), 7);
        QCOMPARE((*store->get("c"))->created, 7);
    }

    void aLongHistoryIsCompactedAndReplayed() {
        const auto store = open();
        for (int i = 0; i < 1500; ++i)
            QVERIFY(store->commit({put("k" + std::to_string(i % 7), std::to_string(i))}));
        Heard heard;
        QVERIFY(store->subscribe(2, std::ref(heard)));
        QCOMPARE(heard.revisions().size(), std::size_t(1500));
        QVERIFY(std::ranges::is_sorted(heard.revisions()));
        QVERIFY(store->compact(1400));
        QCOMPARE(keysAt(*store, "k", 1400).size(), keysAt(*store, "k").size());
        QCOMPARE(valueAt(*store, "k0", 1400), std::string("1393"));
    }

    void aSnapshotIsAStoreOfItsOwn() {
        const auto store = open();
        QVERIFY(store->commit({put("a", "1")}));
        QVERIFY(store->commit({put("a", "2"), put("b", "1")}));
        QVERIFY(store->commit({erase("b")}));
        const std::string file = path();
        const auto written = store->snapshot(file);
        QVERIFY2(written, written ? "" : written.error().message.c_str());
        QVERIFY(store->commit({put("a", "9")}));
        QVERIFY(store->snapshot(file).error().kind == Errc::io);
        const auto copy = openSqliteStore(file);
        QVERIFY2(copy, copy ? "" : copy.error().message.c_str());
        QCOMPARE((*copy)->revision(), 4);
        QCOMPARE(keysAt(**copy, ""), std::string("a=2"));
        QCOMPARE(keysAt(**copy, "", 3), std::string("a=2 b=1"));
        QCOMPARE(valueAt(**copy, "a", 2), std::string("1"));
        QCOMPARE(*(*copy)->commit({put("c", "1")}), 5);
    }

    void bigValuesAndOddKeysSurvive() {
        const auto store = open();
        const std::string big(1 << 20, 'x'), odd = std::string("k\0\xff\n", 4);
        QVERIFY(store->commit({put(odd, big)}));
        QVERIFY(store->commit({put(odd, "small")}));
        QVERIFY(valueAt(*store, odd, 2) == big);
        QCOMPARE(valueAt(*store, odd), std::string("small"));
    }

    /// Writers race with compare-and-commit on few keys while others read and subscribe: no update is lost, every
    /// subscriber hears every revision once and in order.
    void concurrentWritersLoseNothing() {
        const auto store = open();
        constexpr int writers = 8, rounds = 100;
        Heard early;
        const auto subscription = store->subscribe(2, std::ref(early));
        QVERIFY(store->commit({put("n0", "0"), put("n1", "0")}));
        std::atomic<int> unexpected = 0;
        std::vector<std::thread> threads;
        for (int writer = 0; writer < writers; ++writer) {
            threads.emplace_back([&, writer] {
                const std::string key = "n" + std::to_string(writer % 2);
                for (int done = 0; done < rounds;) {
                    const auto now = **store->get(key);
                    const auto next = std::to_string(std::stoi(*now.value) + 1);
                    const auto committed = store->commit({put(key, next, now.modified)});
                    if (committed)
                        ++done;
                    else if (committed.error().kind != Errc::conflict)
                        ++unexpected;
                }
            });
        }
        std::vector<std::shared_ptr<Heard>> heard;
        std::vector<std::unique_ptr<Subscription>> subscriptions;
        for (int i = 0; i < 20; ++i) {
            heard.push_back(std::make_shared<Heard>());
            auto late = store->subscribe(2, [one = heard.back()](std::span<const Event> events) { (*one)(events); });
            QVERIFY(late);
            subscriptions.push_back(std::move(*late));
        }
        for (std::thread& thread : threads)
            thread.join();
        QCOMPARE(unexpected.load(), 0);
        QCOMPARE(valueAt(*store, "n0"), std::to_string(writers / 2 * rounds));
        QCOMPARE(valueAt(*store, "n1"), std::to_string(writers / 2 * rounds));
        QCOMPARE(store->revision(), 2 + writers * rounds);
        QVERIFY(std::ranges::is_sorted(early.revisions()));
        QCOMPARE(early.revisions().size(), std::size_t(2 + writers * rounds));
        for (const auto& one : heard)
            QCOMPARE(one->text(), early.text());
    }

    void theHistorySaysWhoChangedWhat() {
        const auto store = open();
        QVERIFY(store->commit({put("a", "1"), put("b", "1")}, {"ann", 1000})); // 2
        QVERIFY(store->commit({put("a", "2")}, {"bob", 2000}));                // 3
        QVERIFY(store->commit({put("c", "1")}));                               // 4
        QVERIFY(store->commit({erase("a", 3)}, {"cid", 3000}));                // 5
        const auto textOf = [&](std::string_view prefix, Revision from, std::size_t limit = 0) {
            const auto changes = store->changes(prefix, from, limit);
            std::string text;
            for (const Change& change : changes.value_or(std::vector<Change>()))
                text += std::to_string(change.revision) +
                        (change.created   ? "+"
                         : change.deleted ? "-"
                                          : "~") +
                        change.key + " " + change.origin.who + "@" + std::to_string(change.origin.at) + "; ";
            return changes ? text : "error " + std::to_string(static_cast<int>(changes.error().kind));
        };
        QCOMPARE(textOf("a", 0), std::string("2+a ann@1000; 3~a bob@2000; 5-a cid@3000; "));
        QCOMPARE(textOf("", 3, 1), std::string("3~a bob@2000; "));
        QCOMPARE(textOf("", 2, 1), std::string("2+a ann@1000; 2+b ann@1000; "));
        QCOMPARE(textOf("c", 4), std::string("4+c @0; "));
        QCOMPARE(textOf("", 6), std::string());
        QVERIFY(store->compact(4));
        QCOMPARE(textOf("", 3), "error " + std::to_string(static_cast<int>(Errc::compacted)));
        QCOMPARE(textOf("a", 4), std::string("5-a cid@3000; "));
    }

    void aCommitOfManyKeysIsOne() {
        const auto store = open();
        std::vector<Operation> many;
        for (int i = 0; i < 400; ++i)
            many.push_back(put("k" + std::to_string(i), "1", Operation::absent));
        QCOMPARE(*store->commit(many, {"ann", 1}), 2);
        QCOMPARE(store->list("k")->entries.size(), std::size_t(400));
        QCOMPARE((*store->get("k399"))->modified, 2);
        many = {many.begin() + 100, many.begin() + 350};
        for (Operation& operation : many)
            operation.key += operation.key == "k200" ? "" : "x";
        const auto refused = store->commit(many);
        QVERIFY(!refused && refused.error().kind == Errc::conflict);
        QCOMPARE(refused.error().operation, std::size_t(100));
        QCOMPARE(store->revision(), 2);
    }

    void whatCommitReturnsIsAlreadyDelivered() {
        const auto store = open();
        std::atomic<Revision> delivered = 0;
        const auto subscription =
            store->subscribe(2, [&](std::span<const Event> events) { delivered = events.back().entry.modified; });
        for (int i = 0; i < 50; ++i) {
            const auto revision = store->commit({put("a", std::to_string(i))});
            QVERIFY(revision);
            QCOMPARE(delivered.load(), *revision);
            QCOMPARE(store->revision(), *revision);
        }
    }
};

QTEST_GUILESS_MAIN(StoreContractTest)
#include "contract_test.moc"
