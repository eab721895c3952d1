#include "tests/integration/server/recorded_history.h"
#include "tests/integration/server/server_process.h"
#include "tests/unit/store/etcd_process.h"

#include <QDir>

using namespace slipway;
using namespace slipway::test;
using api::JsonObject;
using api::stringAt;

namespace {

const client::ResourceRef endpoints{"", "v1", "endpoints", "Endpoints", true};
const client::ResourceRef leases{"coordination.k8s.io", "v1", "leases", "Lease", true};
const client::ResourceRef replicaSets{"apps", "v1", "replicasets", "ReplicaSet", true};
const client::ResourceRef pods{"", "v1", "pods", "Pod", true};

void copyFolder(const QString& from, const QString& to) {
    QDir().mkpath(to);
    for (const QString& name : QDir(from).entryList(QDir::Files))
        QFile::copy(from + "/" + name, to + "/" + name);
}

/// The addresses of the service `kubernetes`.
QStringList addresses(const client::Client& client) {
    QStringList list;
    const auto found = client.get(endpoints, "default", "kubernetes");
    if (!found)
        return list;
    for (const api::Json& subset : found->at("subsets").as_array())
        for (const api::Json& address : subset.at("addresses").as_array())
            list << QString::fromStdString(std::string(stringAt(address, {"ip"})));
    return list;
}

std::string holderOf(const client::Client& client, const char* lease) {
    const auto found = client.get(leases, "kube-system", lease);
    return found ? std::string(stringAt(*found, {"spec", "holderIdentity"})) : std::string();
}

JsonObject replicaSet(const std::string& name, int replicas) {
    const JsonObject labels{{"app", name}};
    return {
        {"metadata", JsonObject{{"name", name}}},
        {"spec", JsonObject{{"replicas", replicas},
                            {"selector", JsonObject{{"matchLabels", labels}}},
                            {"template",
                             JsonObject{{"metadata", JsonObject{{"labels", labels}}},
                                        {"spec", JsonObject{{"containers", api::JsonArray{JsonObject{
                                                                               {"name", "a"}, {"image", "x"}}}}}}}}}}};
}

int podsOf(const client::Client& client, const std::string& app) {
    const auto list = client.list(pods, "default", {.labelSelector = "app=" + app});
    return list ? int(list->items.size()) : -1;
}

} // namespace

/// Two servers on one etcd, one of which is killed.
class SeveralServersProcessTest : public QObject {
    Q_OBJECT

private slots:
    void oneOfTwoMayDie() {
        store::test::EtcdProcess etcd;
        QTemporaryDir folders;
        const QStringList common{"--etcd", QString::fromStdString(etcd.endpoint())};
        ServerProcess a(folders.filePath("a"), common + QStringList{"--advertise-address", "127.0.0.1"});
        a.start();
        copyFolder(folders.filePath("a/pki"), folders.filePath("b/pki"));
        ServerProcess b(folders.filePath("b"),
                        common + QStringList{"--bind-address", "127.0.0.2", "--advertise-address", "127.0.0.2"});
        b.start();
        const auto first = a.admin(), second = b.admin();
        QTRY_COMPARE_WITH_TIMEOUT(addresses(*second), QStringList({"127.0.0.1", "127.0.0.2"}), 30'000);
        QTRY_VERIFY_WITH_TIMEOUT(holderOf(*second, "kube-scheduler").starts_with("127.0.0.1:"), 20'000);
        QVERIFY(holderOf(*second, "kube-controller-manager").starts_with("127.0.0.1:"));
        QVERIFY(second->create(replicaSets, "default", replicaSet("early", 3)));
        QTRY_COMPARE_WITH_TIMEOUT(podsOf(*first, "early"), 3, 30'000);

        History history;
        std::atomic<bool> written = false, over = false;
        std::atomic<int> refused = 0;
        history.begin(std::stoll(second->list(maps, "default")->resourceVersion));
        std::thread watcher([&] { watchMaps(*second, history, over, refused); });
        std::vector<std::thread> writers;
        for (int i = 0; i < 4; ++i)
            writers.emplace_back([&, i] { writeMaps(i % 2 ? *first : *second, i, history, written); });
        QTest::qSleep(1500);
        a.kill();
        QTest::qSleep(1500);
        written = true;
        for (std::thread& writer : writers)
            writer.join();
        const auto last = second->create(maps, "default", JsonObject{{"metadata", JsonObject{{"name", "last"}}}});
        const bool heardAll = QTest::qWaitFor([&] { return last && history.lastHeard() >= revisionOf(*last); }, 30'000);
        over = true;
        watcher.join();
        QVERIFY(heardAll);
        QCOMPARE(refused.load(), 0);
        QCOMPARE(QString::fromStdString(history.problems()), QString());
        QVERIFY(history.count() > 20);

        // The other one takes over what one server does for all.
        QTRY_VERIFY_WITH_TIMEOUT(holderOf(*second, "kube-controller-manager").starts_with("127.0.0.2:"), 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(holderOf(*second, "kube-scheduler").starts_with("127.0.0.2:"), 60'000);
        QVERIFY(second->create(replicaSets, "default", replicaSet("late", 2)));
        QTRY_COMPARE_WITH_TIMEOUT(podsOf(*second, "late"), 2, 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(addresses(*second), QStringList({"127.0.0.2"}), 60'000);
    }
};

QTEST_GUILESS_MAIN(SeveralServersProcessTest)
#include "several_servers_test.moc"
