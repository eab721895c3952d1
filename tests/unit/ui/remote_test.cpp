// A history that is kept together with a branch elsewhere.
#include "tests/unit/ui/fake_server.h"
#include "ui/history/change_journal.h"
#include "ui/history/remote_sync.h"

#include <QDir>
#include <QProcess>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <git2.h>

using namespace slipway;
using namespace slipway::ui;

class RemoteTest : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    QString url_;

    HistoryRepository repository(const char* name) {
        auto opened = HistoryRepository::open(folder_.filePath(QLatin1String(name)));
        if (!opened || !opened->setRemote(url_, QStringLiteral("main")))
            qFatal("no repository");
        return std::move(*opened);
    }

private slots:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(QStringLiteral("slipway"));
        QCoreApplication::setApplicationName(QStringLiteral("remote-test"));
        QSettings().clear();
    }
    void init() {
        static int number = 0;
        git_libgit2_init();
        const QString path = folder_.filePath(QStringLiteral("bare-%1").arg(++number));
        git_repository* bare = nullptr;
        QCOMPARE(git_repository_init(&bare, path.toUtf8().constData(), 1), 0);
        git_repository_free(bare);
        url_ = path;
    }

    void whatIsPushedCanBePulled() {
        HistoryRepository mine = repository("mine-1"), yours = repository("yours-1");
        QVERIFY(mine.record({{"default/configmaps/a.yaml", "one\n"}}, "first"));
        QVERIFY(mine.fetch());
        QCOMPARE(mine.divergence()->here, std::size_t(1));
        QVERIFY(mine.push());
        QVERIFY(mine.fetch());
        QCOMPARE(mine.divergence()->here, std::size_t(0));
        QVERIFY(yours.fetch());
        QCOMPARE(yours.divergence()->there, std::size_t(1));
        const auto got = yours.merge(); // into a repository that has nothing yet
        QVERIFY(got);
        QCOMPARE(got->size(), std::size_t(1));
        QCOMPARE(*got->front().after, QStringLiteral("one\n"));
        QVERIFY(QFile::exists(folder_.filePath("yours-1/default/configmaps/a.yaml")));
        QVERIFY(yours.merge()->empty()); // nothing is new
    }

    void bothSidesAreMerged() {
        HistoryRepository mine = repository("mine-2"), yours = repository("yours-2");
        QVERIFY(mine.record({{"a.yaml", "one\n"}, {"b.yaml", "one\n"}}, "first"));
        QVERIFY(mine.push());
        QVERIFY(yours.fetch() && yours.merge());
        QVERIFY(yours.record({{"b.yaml", "two\n"}}, "theirs"));
        QVERIFY(yours.push());
        QVERIFY(mine.record({{"a.yaml", "two\n"}}, "ours"));
        const auto refused = mine.push();
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, HistoryErrc::conflict); // it has something that is not here
        QVERIFY(mine.fetch());
        QCOMPARE(mine.divergence()->here, std::size_t(1));
        QCOMPARE(mine.divergence()->there, std::size_t(1));
        const auto merged = mine.merge();
        QVERIFY(merged);
        QCOMPARE(merged->size(), std::size_t(1)); // only what is different here
        QCOMPARE(merged->front().path, QStringLiteral("b.yaml"));
        QCOMPARE(*mine.content({}, "a.yaml"), QStringLiteral("two\n"));
        QVERIFY(mine.push());
        QVERIFY(mine.record({{"c.yaml", "later\n"}}, "goes on")); // the folder and the index are as the commit says
        QCOMPARE(mine.changes(mine.log(1)->front().id)->size(), std::size_t(1));
    }

    void conflictsChangeNothing() {
        HistoryRepository mine = repository("mine-3"), yours = repository("yours-3");
        QVERIFY(mine.record({{"a.yaml", "one\n"}}, "first"));
        QVERIFY(mine.push());
        QVERIFY(yours.fetch() && yours.merge());
        QVERIFY(yours.record({{"a.yaml", "theirs\n"}}, "theirs"));
        QVERIFY(yours.push());
        QVERIFY(mine.record({{"a.yaml", "ours\n"}}, "ours"));
        QVERIFY(mine.fetch());
        const auto merged = mine.merge();
        QVERIFY(!merged);
        QCOMPARE(merged.error().code, HistoryErrc::conflict);
        QCOMPARE(merged.error().message, QStringLiteral("a.yaml"));
        QCOMPARE(*mine.content({}, "a.yaml"), QStringLiteral("ours\n"));
    }

    void aWatchedBranchTellsWhatIsNew() {
        HistoryRepository yours = repository("yours-4");
        auto session = std::make_shared<Session>();
        session->name = QStringLiteral("watched");
        session->journal = ChangeJournal::make(folder_.filePath("mine-4"),
                                               std::make_shared<tests::FakeServer>([](const client::Request&) {
                                                   return tests::status(404, "NotFound", "not found");
                                               }));
        RemoteSync sync(session);
        QSignalSpy pulled(&sync, &RemoteSync::pulled);
        sync.setPeriod(100);
        sync.setBranch({url_, QStringLiteral("main")});
        QTRY_COMPARE(sync.state(), RemoteSync::State::known);
        sync.setWatching(true);
        QVERIFY(yours.record({{"web.yaml", "kind: ConfigMap\n"}}, "new"));
        QVERIFY(yours.push());
        QTRY_COMPARE_WITH_TIMEOUT(pulled.count(), 1, 10'000);
        const auto changes = pulled.front().front().value<std::vector<HistoryChange>>();
        QCOMPARE(changes.size(), std::size_t(1));
        QCOMPARE(*changes.front().after, QStringLiteral("kind: ConfigMap\n"));
        QVERIFY(pulled.front().back().toBool());
        sync.setWatching(false);
        QVERIFY(QDir(url_).removeRecursively()); // the other side goes away
        QTRY_VERIFY(sync.state() != RemoteSync::State::busy);
        sync.fetch();
        QTRY_COMPARE(sync.state(), RemoteSync::State::failed);
        QVERIFY(!sync.error().isEmpty());
    }
};

QTEST_MAIN(RemoteTest)
#include "remote_test.moc"
