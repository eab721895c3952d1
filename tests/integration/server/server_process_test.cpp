#include "cluster/api/types/core_v1.h"
#include "cluster/client/reflector.h"
#include "tests/integration/server/server_process.h"

#include <atomic>
#include <format>
#include <set>
#include <thread>

using namespace slipway;
using api::core_v1::ConfigMap;
using client::Errc;

namespace {

ConfigMap configMap(const std::string& name) {
    ConfigMap map;
    map.metadata.name = name;
    map.metadata.namespace_ = "default";
    map.data["key"] = name;
    return map;
}

/// Collects what a reflector tells.
class Collected : public client::ReflectorSink {
public:
    bool has(const std::string& name, const std::string& value) const {
        std::lock_guard lock(mutex_);
        const auto found = values_.find(name);
        return found != values_.end() && found->second == value;
    }
    bool lacks(const std::string& name) const {
        std::lock_guard lock(mutex_);
        return !values_.contains(name);
    }
    std::atomic<int> lists = 0;

private:
    void put(const api::Json& object) {
        values_[std::string(api::stringAt(object, {"metadata", "name"}))] = api::stringAt(object, {"data", "key"});
    }
    void replace(std::vector<std::shared_ptr<const api::Json>> objects) override {
        std::lock_guard lock(mutex_);
        values_.clear();
        for (const auto& object : objects)
            put(*object);
        ++lists;
    }
    void apply(std::vector<client::Change> changes) override {
        std::lock_guard lock(mutex_);
        for (const auto& change : changes)
            if (change.kind == client::ChangeKind::deleted)
                values_.erase(std::string(api::stringAt(*change.object, {"metadata", "name"})));
            else
                put(*change.object);
    }
    void freshness(client::Freshness, const std::string&) override {}

    mutable std::mutex mutex_;
    std::map<std::string, std::string> values_;
};

client::Response post(const client::Client& client, const std::string& target, const std::string& body,
                      const std::string& type = "application/json") {
    const auto answer = client.transport().send({"POST", target, body, type, ""});
    return answer ? *answer : client::Response{};
}

} // namespace

class ServerProcessTest : public QObject {
    Q_OBJECT

private slots:
    void everythingAcknowledgedSurvivesSigkill() {
        test::ServerProcess server;
        server.start();
        for (int round = 0; round < 2; ++round) {
            const auto client = server.admin();
            QVERIFY(client);
            std::mutex mutex;
            std::set<std::string> acknowledged;
            std::atomic<bool> stop = false;
            std::vector<std::thread> writers;
            for (int writer = 0; writer < 4; ++writer)
                writers.emplace_back([&, writer] {
                    for (int i = 0; !stop; ++i) {
                        const std::string name = std::format("w{}-{}-{}", round, writer, i);
                        if (!client->create("default", configMap(name)))
                            continue;
                        std::lock_guard lock(mutex);
                        acknowledged.insert(name);
                    }
                });
            const auto written = [&] {
                std::lock_guard lock(mutex);
                return acknowledged.size();
            };
            QTRY_VERIFY_WITH_TIMEOUT(written() > 100, 30'000);
            server.kill();
            stop = true;
            for (std::thread& writer : writers)
                writer.join();
            server.start();
            const auto list = server.admin()->listAll(client::resourceOf<ConfigMap>(), "default");
            QVERIFY(list);
            std::set<std::string> present;
            for (const api::Json& item : list->items)
                present.emplace(api::stringAt(item, {"metadata", "name"}));
            for (const std::string& name : acknowledged)
                QVERIFY2(present.contains(name), name.c_str());
        }
    }

    void aWatchGoesOnOverARestart() {
        test::ServerProcess server;
        server.start();
        const auto client = server.admin();
        Collected seen;
        client::Reflector reflector(client, client::resourceOf<ConfigMap>(), "default", {}, seen);
        reflector.start();
        QTRY_VERIFY(seen.lists > 0);
        QVERIFY(client->create("default", configMap("before")));
        QTRY_VERIFY(seen.has("before", "before"));
        server.kill();
        server.start();
        ConfigMap changed = client->get<ConfigMap>("default", "before").value();
        changed.data["key"] = "after";
        QVERIFY(client->update(changed));
        QTRY_VERIFY_WITH_TIMEOUT(seen.has("before", "after"), 30'000);
        QVERIFY(client->remove(client::resourceOf<ConfigMap>(), "default", "before"));
        QTRY_VERIFY_WITH_TIMEOUT(seen.lacks("before"), 30'000);
    }

    void badInputIsRefusedAsKubernetesDoes_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("type");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("reason");
        QTest::addColumn<QString>("words");
        const char *maps = "/api/v1/namespaces/default/configmaps", *pods = "/api/v1/namespaces/default/pods",
                   *json = "application/json";
        QTest::newRow("not JSON") << maps << "{\"kind\":" << json << 400 << "BadRequest" << "";
        QTest::newRow("not YAML") << maps << "a: [b" << "application/yaml" << 400 << "BadRequest" << "";
        QTest::newRow("wrong type") << maps
                                    << R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":[1]})"
                                    << json << 400 << "BadRequest" << "";
        QTest::newRow("another kind") << maps << R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"}})" << json
                                      << 400 << "BadRequest" << "Pod";
        QTest::newRow("no name") << maps << R"({"apiVersion":"v1","kind":"ConfigMap"})" << json << 422 << "Invalid"
                                 << "name or generateName is required";
        QTest::newRow("bad name") << maps
                                  << R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"Not_A_Name"}})"
                                  << json << 422 << "Invalid" << "RFC 1123";
        QTest::newRow("no containers")
            << pods << R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"containers":[]}})" << json
            << 422 << "Invalid" << "spec.containers";
        QTest::newRow("no such namespace") << "/api/v1/namespaces/nowhere/configmaps"
                                           << R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"}})"
                                           << json << 404 << "NotFound" << "namespaces \"nowhere\" not found";
        QTest::newRow("no such resource")
            << "/api/v1/namespaces/default/gadgets" << "{}" << json << 404 << "NotFound" << "";
        QTest::newRow("unknown media type") << maps << "x" << "text/plain" << 415 << "UnsupportedMediaType" << "";
    }
    void badInputIsRefusedAsKubernetesDoes() {
        static test::ServerProcess server;
        static std::shared_ptr<const client::Client> client;
        if (!client) {
            server.start();
            client = server.admin();
            // Pods are refused for another reason until a controller has made it.
            QVERIFY(QTest::qWaitFor(
                [&] { return client->get<api::core_v1::ServiceAccount>("default", "default").has_value(); }, 20'000));
        }
        QFETCH(QString, target);
        QFETCH(QString, body);
        QFETCH(QString, type);
        QFETCH(int, code);
        QFETCH(QString, reason);
        QFETCH(QString, words);
        const auto answer = post(*client, target.toStdString(), body.toStdString(), type.toStdString());
        QCOMPARE(answer.code, code);
        const auto error = client::errorFromResponse(answer);
        QCOMPARE(QString::fromStdString(error.reason), reason);
        QVERIFY2(QString::fromStdString(error.message).contains(words), error.message.c_str());
        QVERIFY(!client->get<ConfigMap>("default", "x")); // nothing was half-applied
    }

    void strangersSeeOnlyHealthAndVersion() {
        test::ServerProcess server;
        server.start();
        auto settings = client::loadContext(server.kubeconfig()).value();
        settings.clientCertificatePem.clear();
        settings.clientKeyPem.clear();
        const auto transport = client::makeHttpTransport(settings).value();
        for (const char* open : {"/readyz", "/livez", "/healthz", "/version"})
            QCOMPARE(transport->send({"GET", open, "", "", ""})->code, 200);
        const auto refused = transport->send({"GET", "/api/v1/namespaces/default/secrets", "", "", ""});
        QVERIFY(refused->code == 401 || refused->code == 403);
    }

    void aServerWithoutItsAuthorityIsNotTrusted() {
        test::ServerProcess server, other;
        server.start();
        other.start();
        auto settings = client::loadContext(server.kubeconfig()).value();
        settings.caPem = client::loadContext(other.kubeconfig())->caPem;
        const auto answer = client::makeHttpTransport(settings).value()->send({"GET", "/version", "", "", ""});
        QVERIFY(!answer);
        QCOMPARE(answer.error().code, 0);
    }
};

QTEST_GUILESS_MAIN(ServerProcessTest)
#include "server_process_test.moc"
