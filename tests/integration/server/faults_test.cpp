#include "tests/integration/server/recorded_history.h"
#include "tests/integration/server/server_process.h"
#include "tests/support/places.h"

#include <atomic>
#include <fstream>
#include <map>
#include <random>
#include <sys/mount.h>
#include <thread>
#include <unistd.h>

using namespace slipway;
using namespace slipway::test;
using api::JsonObject;
using api::stringAt;

namespace {

/// A small file system in memory over a folder, while it lives.
class SmallDisk {
public:
    explicit SmallDisk(const char* size) {
        mounted_ = ::mount("small", folder_.path().toUtf8().constData(), "tmpfs", 0,
                           QString("size=%1").arg(size).toUtf8().constData()) == 0;
    }
    ~SmallDisk() { ::umount2(folder_.path().toUtf8().constData(), MNT_DETACH); }
    bool mounted() const { return mounted_; }
    QString path() const { return folder_.path(); }
    bool makeReadOnly() {
        return ::mount(nullptr, folder_.path().toUtf8().constData(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0;
    }

private:
    QTemporaryDir folder_;
    bool mounted_ = false;
};

double residentMebibytes(qint64 pid) {
    std::ifstream file(std::format("/proc/{}/statm", pid));
    long long size = 0, resident = 0;
    file >> size >> resident;
    return double(resident) * double(sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

JsonObject bigMap(const std::string& name, std::size_t bytes) {
    return {{"metadata", JsonObject{{"name", name}}}, {"data", JsonObject{{"v", std::string(bytes, 'x')}}}};
}

} // namespace

/// A server whose machine misbehaves.
class FaultsTest : public QObject {
    Q_OBJECT

private slots:
    /// SLIPWAY_KILLS sets how often the server is killed (a long run: 200).
    void killsLoseRepeatAndReorderNothing() {
        const int kills =
            qEnvironmentVariableIsSet("SLIPWAY_KILLS") ? qEnvironmentVariableIntValue("SLIPWAY_KILLS") : 8;
        test::ServerProcess server;
        server.start();
        History history;
        std::atomic<bool> written = false, over = false;
        std::atomic<int> refused = 0;
        const auto begin = server.admin()->list(maps, "default");
        QVERIFY(begin);
        history.begin(std::stoll(begin->resourceVersion));
        std::thread watcher([&, client = server.admin()] { watchMaps(*client, history, over, refused); });
        std::vector<std::thread> writers;
        for (int i = 0; i < 6; ++i)
            writers.emplace_back([&, i, client = server.admin()] { writeMaps(*client, i, history, written); });
        std::mt19937 random(std::random_device{}());
        for (int i = 0; i < kills; ++i) {
            QTest::qSleep(static_cast<int>(200 + random() % 800));
            server.kill();
            server.start();
        }
        written = true;
        for (std::thread& writer : writers)
            writer.join();
        // A last object says that the watcher has heard everything.
        const auto last =
            server.admin()->create(maps, "default", JsonObject{{"metadata", JsonObject{{"name", "last"}}}});
        const long long end = last ? revisionOf(*last) : 0;
        const bool heardAll = QTest::qWaitFor([&] { return history.lastHeard() >= end; }, 30'000);
        over = true;
        watcher.join();
        QVERIFY(end > 0 && heardAll);
        QCOMPARE(refused.load(), 0);
        QCOMPARE(QString::fromStdString(history.problems()), QString());
        std::map<std::string, std::string> there;
        const auto list = server.admin()->listAll(maps, "default");
        QVERIFY(list);
        for (const api::Json& item : list->items)
            there.emplace(stringAt(item, {"metadata", "name"}), stringAt(item, {"data", "v"}));
        there.erase("kube-root-ca.crt");
        auto heard = history.present();
        heard.erase("kube-root-ca.crt");
        QVERIFY2(heard == there, "what was heard is not what is there");
        qInfo("%d kills, %zu writes were acknowledged", kills, history.count());
    }

    void aFullDiskRefusesWritesAndNothingElse() {
        const SmallDisk disk("24m");
        if (!disk.mounted())
            QSKIP("mounting needs root");
        test::ServerProcess server(disk.path());
        server.start();
        const auto client = server.admin();
        int made = 0;
        client::Error refusal;
        for (; made < 200; ++made) {
            const auto done = client->create(maps, "default", bigMap("big" + std::to_string(made), 300'000));
            if (!done) {
                refusal = done.error();
                break;
            }
        }
        QVERIFY2(made > 3 && made < 200, qPrintable(QString::number(made)));
        QCOMPARE(refusal.code, 500);
        QVERIFY(client->get(maps, "default", "big0"));
        QCOMPARE(client->get(maps, "default", "big" + std::to_string(made)).error().kind, client::Errc::notFound);
        QVERIFY(!client->create(maps, "default", bigMap("another", 300'000)));
        server.kill();
        server.start();
        const auto list = server.admin()->listAll(maps, "default");
        QVERIFY(list);
        QVERIFY(std::ssize(list->items) >= made);
        QVERIFY(server.admin()->get(maps, "default", "big" + std::to_string(made - 1)));
    }

    void aReadOnlyDiskIsSaidPlainly() {
        SmallDisk disk("64m");
        if (!disk.mounted())
            QSKIP("mounting needs root");
        {
            test::ServerProcess server(disk.path());
            server.start();
            QCOMPARE(server.terminate(), 0);
        }
        QVERIFY(disk.makeReadOnly());
        QProcess program;
        program.start(tests::inBuild("bin/slipway-server"), {"--data-dir", disk.path(), "--secure-port", "0"});
        QVERIFY(program.waitForFinished(20'000));
        QCOMPARE(program.exitCode(), 1);
        QVERIFY2(!program.readAllStandardError().isEmpty(), "nothing is said");
    }

    void aWatcherThatDoesNotReadHoldsNobodyUp() {
        test::ServerProcess server;
        server.start();
        const auto client = server.admin();
        client::Request request;
        request.target = maps.path("default") + "?watch=1";
        std::vector<std::unique_ptr<client::Stream>> stalled;
        for (int i = 0; i < 10; ++i) {
            auto stream = server.admin()->transport().open(request);
            QVERIFY(stream);
            stalled.push_back(std::move(*stream));
        }
        QVERIFY(client->create(maps, "default", bigMap("one", 100'000)));
        const double before = residentMebibytes(server.pid());
        for (int i = 0; i < 2000; ++i) // 200 MB of events
            QVERIFY(client->patch(maps, "default", "one", client::PatchKind::merge,
                                  JsonObject{{"data", JsonObject{{"n", std::to_string(i)}}}}));
        const double grown = residentMebibytes(server.pid()) - before;
        QVERIFY2(grown < 120, qPrintable(QString::number(grown)));
        for (auto& stream : stalled)
            stream->cancel();
    }
};

QTEST_GUILESS_MAIN(FaultsTest)
#include "faults_test.moc"
