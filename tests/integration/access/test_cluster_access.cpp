// What the lifecycle asks of a cluster, asked of a real API server without a node.

#include <QProcess>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>

#include "cluster/api/json.h"
#include "cluster/base/time.h"
#include "cluster/client/client.h"
#include "cluster/client/kubeconfig.h"
#include "tests/support/places.h"
#include "vmdriver/cluster_access.h"

using namespace slipway;
using namespace slipway::vmdriver;
using namespace std::chrono_literals;

class ClusterAccessTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir dir_;
    QProcess server_;
    std::optional<ClusterAccess> access_;
    std::optional<client::Client> client_;

    std::filesystem::path kubeconfig() const { return dir_.filePath("data/admin.kubeconfig").toStdString(); }

    std::filesystem::path manifest(const std::string& text) const {
        const std::filesystem::path path = dir_.filePath("manifest.yaml").toStdString();
        std::ofstream(path) << text;
        return path;
    }

    bool exists(const client::ResourceRef& resource, const std::string& name) const {
        return client_->get(resource, resource.namespaced ? "default" : "", name).has_value();
    }

    void setNodeReady(const std::string& name, std::chrono::system_clock::time_point heartbeat) const {
        const client::ResourceRef nodes{"", "v1", "nodes", "Node", false};
        const api::JsonObject condition{{"type", "Ready"},
                                        {"status", "True"},
                                        {"reason", "Test"},
                                        {"message", ""},
                                        {"lastHeartbeatTime", base::formatTime(heartbeat)}};
        const api::Json patch{{"status", {{"conditions", api::JsonArray{condition}}}}};
        const auto patched =
            client_->patch(nodes, "", name, client::PatchKind::merge, patch, {.subresource = "status"});
        QVERIFY2(patched.has_value(), patched ? "" : patched.error().message.c_str());
    }

private slots:
    void initTestCase() {
        QVERIFY(!ClusterAccess::open(kubeconfig()).has_value());
        QTcpServer finder;
        QVERIFY(finder.listen(QHostAddress::LocalHost));
        const QString port = QString::number(finder.serverPort());
        finder.close();
        server_.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        server_.start(tests::inBuild("bin/slipway-server"),
                      {"--data-dir", dir_.filePath("data"), "--secure-port", port});
        QVERIFY(server_.waitForStarted());
        const auto ready = [this] {
            auto opened = ClusterAccess::open(kubeconfig());
            if (!opened || !opened->apiReady())
                return false;
            access_ = std::move(*opened);
            return true;
        };
        QTRY_VERIFY_WITH_TIMEOUT(ready(), 30000);
        client_.emplace(*client::makeHttpTransport(*client::loadContext(kubeconfig())));
    }

    void cleanupTestCase() {
        server_.terminate();
        QVERIFY(server_.waitForFinished(30000));
    }

    void everyDocumentOfAManifestIsCreated() {
        const std::filesystem::path sample = tests::inSource("resources/samples/hello.yaml").toStdString();
        const auto created = access_->createFrom(sample);
        QVERIFY2(created.has_value(), created ? "" : created.error().message.c_str());
        QVERIFY(exists({"apps", "v1", "deployments", "Deployment"}, "hello"));
        QVERIFY(exists({"", "v1", "services", "Service"}, "hello"));
        QVERIFY(access_->createFrom(sample).has_value()); // what exists stays as it is
    }

    void badManifestsAreToldReadably_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("not YAML") << "kind: [";
        QTest::newRow("unknown kind") << "apiVersion: v1\nkind: Gadget\nmetadata: {name: a}\n";
        QTest::newRow("unknown group") << "apiVersion: none.example/v1\nkind: Gadget\nmetadata: {name: a}\n";
        QTest::newRow("no name") << "apiVersion: v1\nkind: ConfigMap\n";
        QTest::newRow("wrong type") << "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: 5\n";
    }
    void badManifestsAreToldReadably() {
        QFETCH(QString, text);
        const auto created = access_->createFrom(manifest(text.toStdString()));
        QVERIFY(!created.has_value());
        QVERIFY(!created.error().message.empty());
    }

    void nodeIsReadyOnlyByAFreshWord() {
        const auto now = std::chrono::system_clock::now();
        QVERIFY(!access_->nodeReady("n1", {}));
        QVERIFY(access_->createFrom(manifest("apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n")).has_value());
        QVERIFY(!access_->nodeReady("n1", {}));
        setNodeReady("n1", now - 1h);
        QVERIFY(access_->nodeReady("n1", {}));
        QVERIFY(!access_->nodeReady("n1", now));
        setNodeReady("n1", now + 1s);
        QVERIFY(access_->nodeReady("n1", now));
        QVERIFY(access_->readyNodes(now) == std::set<std::string>{"n1"});
        QVERIFY(access_->readyNodes(now + 1h).empty());
    }

    void manifestsAreTakenBack() {
        const auto objects = manifest("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: first}\n---\n"
                                      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: second}\n");
        QVERIFY(!access_->hasFirstOf(objects));
        QVERIFY(access_->createFrom(objects).has_value());
        QVERIFY(access_->hasFirstOf(objects));
        QVERIFY(access_->deleteFrom(objects).has_value());
        QVERIFY(!exists({"", "v1", "configmaps", "ConfigMap"}, "second"));
        QVERIFY(access_->deleteFrom(objects).has_value()); // what is gone already is no error
    }

    void servicesTellTheirPorts() {
        QVERIFY(
            access_
                ->createFrom(manifest("apiVersion: v1\nkind: Service\nmetadata: {name: shop}\nspec: {type: NodePort, "
                                      "selector: {a: b}, ports: [{name: web, port: 80, nodePort: 31234}]}\n"))
                .has_value());
        const auto service = access_->service("default", "shop");
        QCOMPARE(service->ports.size(), 1u);
        QCOMPARE(service->ports.front().nodePort, 31234);
        QCOMPARE(service->ports.front().name, std::string("web"));
        QVERIFY(service->address.empty());
        QCOMPARE(access_->service("default", "nothing").error().code, DriverErrc::notFound);
    }

    void drainedNodesAreLeftAndDeleted() {
        QVERIFY(access_->createFrom(manifest("apiVersion: v1\nkind: Node\nmetadata: {name: n2}\n")).has_value());
        QVERIFY(access_->drain("n2", 10s, {}).has_value());
        const client::ResourceRef nodes{"", "v1", "nodes", "Node", false};
        QVERIFY(api::boolAt(client_->get(nodes, "", "n2")->at("spec").as_object(), {"unschedulable"}));
        QVERIFY(access_->deleteNode("n2").has_value());
        QVERIFY(!exists(nodes, "n2"));
        QVERIFY(access_->deleteNode("n2").has_value());
        QVERIFY(access_->drain("n2", 10s, {}).has_value()); // nothing to move
    }

    void variablesAreHidden() {
        QVERIFY(
            access_
                ->createFrom(manifest("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: hidden}\nspec: "
                                      "{replicas: 0, selector: {matchLabels: {a: b}}, template: {metadata: {labels: "
                                      "{a: b}}, spec: {containers: [{name: c, image: i, env: [{name: PASSWORD, "
                                      "value: swordfish}]}]}}}\n"))
                .has_value());
        const auto text = access_->redacted("/apis/apps/v1/deployments");
        QVERIFY(text->contains("PASSWORD") && text->contains("(hidden)"));
        QVERIFY(!text->contains("swordfish"));
    }
};

QTEST_GUILESS_MAIN(ClusterAccessTest)
#include "test_cluster_access.moc"
