#include "tests/unit/apiserver/api_under_test.h"
#include "tests/unit/store/etcd_process.h"

#include <atomic>
#include <set>
#include <thread>

using namespace slipway;
using slipway::test::ApiUnderTest;

/// Servers that share one etcd behave as one.
class SeveralServersTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<store::test::EtcdProcess> etcd_;

    std::unique_ptr<ApiUnderTest> server() const {
        auto store = store::openEtcdStore(etcd_->options());
        if (!store)
            qFatal("%s", store.error().message.c_str());
        return std::make_unique<ApiUnderTest>(std::move(*store));
    }
    static QString service(int number, const QString& spec = {}) {
        return QStringLiteral("{'metadata':{'name':'s%1'},'spec':{'type':'NodePort','ports':[{'port':80%2}]}}")
            .arg(number)
            .arg(spec);
    }

private slots:
    void init() { etcd_ = std::make_unique<store::test::EtcdProcess>(); }
    void cleanup() { etcd_.reset(); }

    void theFirstObjectsAreMadeOnce() {
        std::unique_ptr<ApiUnderTest> servers[3];
        {
            std::vector<std::jthread> threads;
            for (auto& one : servers)
                threads.emplace_back([&] { one = server(); });
        }
        for (const auto& one : servers)
            QCOMPARE(one->get("/api/v1/namespaces/kube-system").code, 200);
    }

    void whatOneServerAcknowledgedTheOtherShows() {
        const auto a = server(), b = server();
        for (int i = 0; i < 30; ++i) {
            const std::string path = "/api/v1/namespaces/default/configmaps/m" + std::to_string(i);
            QCOMPARE(
                a->post("/api/v1/namespaces/default/configmaps", QStringLiteral("{'metadata':{'name':'m%1'}}").arg(i))
                    .code,
                201);
            QCOMPARE(b->get(path).code, 200);
            QCOMPARE(b->merge(path, "{'data':{'k':'1'}}").code, 200);
            QCOMPARE(a->get(path).text({"data", "k"}), std::string("1"));
            QCOMPARE(a->remove(path).code, 200);
            QCOMPARE(b->get(path).code, 404);
        }
    }

    void rolesCountEverywhereAtOnce() {
        const auto a = server(), b = server();
        const auto ann = ApiUnderTest::named("ann");
        QCOMPARE(b->get("/api/v1/nodes", ann).code, 403);
        a->post("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
                "{'metadata':{'name':'ann'},'roleRef':{'apiGroup':'rbac.authorization.k8s.io','kind':'ClusterRole',"
                "'name':'cluster-admin'},'subjects':[{'kind':'User','name':'ann','apiGroup':"
                "'rbac.authorization.k8s.io'}]}");
        QCOMPARE(b->get("/api/v1/nodes", ann).code, 200);
        a->remove("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/ann");
        QCOMPARE(b->get("/api/v1/nodes", ann).code, 403);
    }

    void racingUpdatesLoseNothing() {
        const auto a = server(), b = server();
        a->post("/api/v1/namespaces/default/configmaps", "{'metadata':{'name':'n'},'data':{'n':'0'}}");
        constexpr int rounds = 25;
        std::atomic<int> done = 0;
        const auto count = [&](ApiUnderTest& api) {
            for (int i = 0; i < rounds;) {
                auto object = api.get("/api/v1/namespaces/default/configmaps/n").body;
                const int now = std::stoi(std::string(api::stringAt(object, {"data", "n"})));
                api::objectAt(object, {"data"})["n"] = std::to_string(now + 1);
                if (api.send("PUT", "/api/v1/namespaces/default/configmaps/n",
                             QString::fromStdString(api::printJson(object)))
                        .code == 200) {
                    ++i;
                    ++done;
                }
            }
        };
        {
            std::jthread one([&] { count(*a); }), other([&] { count(*b); });
        }
        QCOMPARE(done.load(), 2 * rounds);
        QCOMPARE(a->get("/api/v1/namespaces/default/configmaps/n").text({"data", "n"}), std::to_string(2 * rounds));
    }

    void addressesAndNodePortsAreGivenOnce() {
        const auto a = server(), b = server();
        constexpr int each = 40;
        std::atomic<int> made = 0, refused = 0;
        const auto work = [&](ApiUnderTest& api, int first) {
            for (int i = 0; i < each; ++i) {
                // Every second one wants the same port: one of all gets it.
                const auto answer = api.post("/api/v1/namespaces/default/services",
                                             service(first + i, i % 2 ? ",'nodePort':31234" : ""));
                (answer.code == 201 ? made : refused)++;
            }
        };
        {
            std::jthread one([&] { work(*a, 0); }), other([&] { work(*b, each); });
        }
        QCOMPARE(made.load(), each + 1);
        std::set<std::string> addresses, ports;
        const auto list = a->get("/api/v1/services");
        const api::Json items = list.at({"items"});
        std::size_t services = 0;
        for (const api::Json& item : items.as_array()) {
            if (!api::stringAt(item, {"metadata", "name"}).starts_with('s'))
                continue;
            ++services;
            addresses.emplace(api::stringAt(item, {"spec", "clusterIP"}));
            ports.insert(api::printJson(item.at("spec").at("ports").at(0).at("nodePort")));
        }
        QCOMPARE(services, std::size_t(each + 1));
        QCOMPARE(addresses.size(), services);
        QCOMPARE(ports.size(), services);
    }

    void aQuotaHoldsAmongServers() {
        const auto a = server(), b = server();
        a->post("/api/v1/namespaces/default/resourcequotas",
                "{'metadata':{'name':'q'},'spec':{'hard':{'configmaps':'10'}}}");
        const int before = int(a->get("/api/v1/namespaces/default/configmaps").at({"items"}).as_array().size());
        std::atomic<int> made = 0;
        const auto work = [&](ApiUnderTest& api, const char* name) {
            for (int i = 0; i < 15; ++i)
                made += api.post("/api/v1/namespaces/default/configmaps",
                                 QStringLiteral("{'metadata':{'name':'%1-%2'}}").arg(name).arg(i))
                            .code == 201;
        };
        {
            std::jthread one([&] { work(*a, "a"); }), other([&] { work(*b, "b"); });
        }
        QCOMPARE(before + made.load(), 10);
    }

    void aWatchHearsOfTheOtherServersWrites() {
        const auto a = server(), b = server();
        apiserver::Request request;
        request.target = "/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=" +
                         b->get("/api/v1/namespaces/default/configmaps").text({"metadata", "resourceVersion"});
        request.trustedUser = ApiUnderTest::admin();
        auto answer = b->server().handle(request);
        auto& stream = std::get<std::unique_ptr<apiserver::StreamBody>>(answer);
        for (int i = 0; i < 5; ++i)
            a->post("/api/v1/namespaces/default/configmaps", QStringLiteral("{'metadata':{'name':'w%1'}}").arg(i));
        std::string heard;
        QTRY_VERIFY_WITH_TIMEOUT((heard += stream->drain().data, std::ranges::count(heard, '\n') == 5), 10'000);
        for (int i = 0; i < 5; ++i)
            QVERIFY(heard.find("\"name\":\"w" + std::to_string(i)) != std::string::npos);
    }

    void etcdMayGoAwayForAWhile() {
        const auto a = server(), b = server();
        a->post("/api/v1/namespaces/default/configmaps", "{'metadata':{'name':'before'}}");
        etcd_->kill();
        QCOMPARE(b->get("/api/v1/namespaces/default/configmaps/before?resourceVersion=0").code, 200);
        std::jthread again([&] {
            QTest::qSleep(500);
            etcd_->start();
        });
        // A write that was under way when the connection broke may have been done or not, and says so (500).
        const auto written = [&] {
            return b->post("/api/v1/namespaces/default/configmaps", "{'metadata':{'name':'after'}}").code;
        };
        QTRY_VERIFY_WITH_TIMEOUT((QList{201, 409}.contains(written())), 20'000);
        QCOMPARE(a->get("/api/v1/namespaces/default/configmaps/after").code, 200);
        QCOMPARE(a->get("/api/v1/namespaces/default/configmaps/before").code, 200);
    }
};

QTEST_GUILESS_MAIN(SeveralServersTest)
#include "several_servers_test.moc"
