#include "cluster/api/types/core_v1.h"
#include "tests/integration/server/server_process.h"

#include <atomic>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <sys/mount.h>
#include <thread>
#include <unistd.h>

using namespace slipway;
using api::JsonObject;
using api::stringAt;

namespace {

const client::ResourceRef maps{"", "v1", "configmaps", "ConfigMap", true};

/// What a server acknowledged, and what a watcher heard.
class History {
public:
    /// An acknowledged state of an object; an empty value: deleted.
    void acknowledged(const std::string& name, long long revision, const std::string& value) {
        const std::lock_guard lock(mutex_);
        auto& latest = acknowledged_[name];
        if (revision > latest.first)
            latest = {revision, value};
        ++count_;
    }
    void heard(const std::string& type, const std::string& name, long long revision, const std::string& value) {
        const std::lock_guard lock(mutex_);
        if (revision <= lastHeard_)
            problems_ += "revision " + std::to_string(revision) + " after " + std::to_string(lastHeard_) + "\n";
        lastHeard_ = revision;
        const bool there = present_.contains(name);
        if ((type == "ADDED") == there)
            problems_ += type + " of " + name + (there ? ", which was there\n" : ", which was not there\n");
        if (type == "DELETED")
            present_.erase(name);
        else
            present_[name] = value;
        if (revision > heard_[name].first)
            heard_[name] = {revision, type == "DELETED" ? "" : value};
    }
    long long lastHeard() const {
        const std::lock_guard lock(mutex_);
        return lastHeard_;
    }
    void begin(long long revision) { lastHeard_ = revision; }
    std::size_t count() const {
        const std::lock_guard lock(mutex_);
        return count_;
    }
    std::map<std::string, std::string> present() const {
        const std::lock_guard lock(mutex_);
        return present_;
    }
    /// What was acknowledged and not heard, or heard in a wrong order.
    std::string problems() const {
        const std::lock_guard lock(mutex_);
        std::string all = problems_;
        for (const auto& [name, state] : acknowledged_) {
            const auto found = heard_.find(name);
            if (found == heard_.end() || found->second.first < state.first)
                all += name + " at revision " + std::to_string(state.first) + " was never heard of\n";
            else if (found->second.first == state.first && found->second.second != state.second)
                all += name + " at revision " + std::to_string(state.first) + " was heard as something else\n";
        }
        return all;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::pair<long long, std::string>> acknowledged_, heard_;
    std::map<std::string, std::string> present_;
    std::string problems_;
    std::size_t count_ = 0;
    long long lastHeard_ = 0;
};

long long revisionOf(const api::Json& object) {
    return std::stoll("0" + std::string(stringAt(object, {"metadata", "resourceVersion"})));
}

/// One client that makes, changes and deletes objects of its own, whatever the server does.
void write(const client::Client& client, int number, History& history, const std::atomic<bool>& over) {
    std::mt19937 random(static_cast<unsigned>(number));
    for (int i = 0; !over; ++i) {
        const std::string name = std::format("m{}-{}", number, random() % 20), value = std::format("{}-{}", number, i);
        const JsonObject data{{"data", JsonObject{{"v", value}}}};
        if (random() % 4 == 0) {
            // The answer does not say at which revision it went; what is made again later does.
            (void)client.remove(maps, "default", name);
            continue;
        }
        JsonObject object = data;
        object["metadata"] = JsonObject{{"name", name}};
        auto done = client.create(maps, "default", object);
        if (!done && done.error().kind == client::Errc::alreadyExists)
            done = client.patch(maps, "default", name, client::PatchKind::merge, data);
        if (done)
            history.acknowledged(name, revisionOf(*done), value);
        else
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

/// Watches without ever listing again: a server that comes back goes on where the last one ended.
void watch(const client::Client& client, History& history, const std::atomic<bool>& over,
           std::atomic<int>& refused) {
    while (!over) {
        client::Request request;
        request.target = maps.path("default") + std::format("?watch=1&timeoutSeconds=2&resourceVersion={}",
                                                            history.lastHeard());
        auto stream = client.transport().open(request);
        if (!stream) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
            continue;
        }
        std::string waiting;
        for (auto piece = (*stream)->read(); piece && !piece->empty(); piece = (*stream)->read()) {
            waiting += *piece;
            for (std::size_t end = waiting.find('\n'); end != waiting.npos; end = waiting.find('\n')) {
                const auto frame = api::parseJson(std::string_view(waiting).substr(0, end));
                waiting.erase(0, end + 1);
                if (!frame)
                    continue;
                const std::string type(stringAt(*frame, {"type"}));
                if (type == "ERROR") {
                    ++refused;
                    continue;
                }
                const api::Json& object = frame->at("object");
                history.heard(type, std::string(stringAt(object, {"metadata", "name"})), revisionOf(object),
                              std::string(stringAt(object, {"data", "v"})));
            }
        }
    }
}

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
        const int kills = qEnvironmentVariableIsSet("SLIPWAY_KILLS") ? qEnvironmentVariableIntValue("SLIPWAY_KILLS") : 8;
        test::ServerProcess server;
        server.start();
        History history;
        std::atomic<bool> written = false, over = false;
        std::atomic<int> refused = 0;
        const auto begin = server.admin()->list(maps, "default");
        QVERIFY(begin);
        history.begin(std::stoll(begin->resourceVersion));
        std::thread watcher([&, client = server.admin()] { watch(*client, history, over, refused); });
        std::vector<std::thread> writers;
        for (int i = 0; i < 6; ++i)
            writers.emplace_back([&, i, client = server.admin()] { write(*client, i, history, written); });
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
        program.start(SLIPWAY_BIN_DIR "/slipway-server", {"--data-dir", disk.path(), "--secure-port", "0"});
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
