// Applying YAML: which requests go out, what the patch holds, which line an error names.
#include "tests/unit/ui/fake_server.h"
#include "ui/editor/applier.h"
#include "ui/editor/apply_patch.h"

#include <QTest>

using namespace slipway;
using namespace slipway::ui;
using tests::FakeServer;
using tests::status;

namespace {

constexpr auto deployment = R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: nginx
        image: nginx:latest
)";

struct Setup {
    explicit Setup(FakeServer::Answer answer)
        : server(std::make_shared<FakeServer>(std::move(answer)))
        , client(std::make_shared<client::Client>(server))
        , applier(client, "default") {}
    std::vector<ApplyItem> plan(const char* yaml) { return applier.plan(*parseYaml(yaml)); }

    std::shared_ptr<FakeServer> server;
    std::shared_ptr<client::Client> client;
    Applier applier;
};

api::JsonObject object(const char* json) {
    return api::parseJson(json)->as_object();
}

} // namespace

class ApplierTest : public QObject {
    Q_OBJECT
private slots:
    void createsWhatIsAbsent() {
        Setup setup([](const client::Request& request) {
            return request.method == "GET" ? status(404, "NotFound", "not found")
                                           : client::Response{201, "application/json", request.body};
        });
        auto items = setup.plan(deployment);
        QCOMPARE(items.size(), std::size_t(1));
        QCOMPARE(items[0].action, ApplyAction::create);
        QVERIFY(setup.server->requests.back().target.contains("dryRun=All"));
        setup.applier.apply(items[0]);
        QVERIFY(items[0].applied);
        const auto& sent = setup.server->requests.back();
        QCOMPARE(sent.method, std::string("POST"));
        QVERIFY(sent.target.starts_with("/apis/apps/v1/namespaces/default/deployments?"));
        QVERIFY(!sent.target.contains("dryRun"));
        const auto body = api::parseJson(sent.body);
        const auto annotation = api::stringAt(*body, {"metadata", "annotations", lastAppliedAnnotation});
        QVERIFY(annotation.ends_with("\n") && annotation.contains("\"replicas\":3"));
    }

    void updatesWithAThreeWayPatch() {
        const std::string live =
            R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","resourceVersion":"5"},"spec":{"replicas":1}})";
        Setup setup([&](const client::Request& request) {
            return request.method == "GET" ? client::Response{200, "application/json", live}
                                           : client::Response{200, "application/json", R"({"spec":{"replicas":3}})"};
        });
        auto items = setup.plan(deployment);
        QCOMPARE(items[0].action, ApplyAction::update);
        QCOMPARE(setup.server->requests.back().method, std::string("PATCH"));
        QCOMPARE(setup.server->requests.back().contentType, std::string("application/strategic-merge-patch+json"));
    }

    void sameStateIsUnchanged() {
        const std::string live = R"({"metadata":{"name":"web","resourceVersion":"5"},"spec":{"replicas":3}})";
        Setup setup([&](const client::Request&) { return client::Response{200, "application/json", live}; });
        QCOMPARE(setup.plan(deployment)[0].action, ApplyAction::unchanged);
    }

    void refusalNamesMessageAndLine() {
        Setup setup([](const client::Request& request) {
            if (request.method == "GET")
                return status(404, "NotFound", "not found");
            return status(
                422, "Invalid", "Deployment.apps is invalid",
                R"({"causes":[{"reason":"FieldValueRequired","message":"Required value","field":"spec.template.spec.containers[0].image"}]})");
        });
        const auto items = setup.plan(deployment);
        QCOMPARE(items[0].action, ApplyAction::failed);
        QCOMPARE(items[0].message, QStringLiteral("Deployment.apps is invalid"));
        QCOMPARE(items[0].line, 13);
    }

    void decodingErrorsNameTheLine_data() {
        QTest::addColumn<QString>("message");
        QTest::addColumn<int>("line");
        QTest::newRow("unknown") << "strict decoding error: unknown field \"spec.replicas\"" << 6;
        QTest::newRow("type")
            << "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32" << 6;
        QTest::newRow("list") << "json: cannot unmarshal number into Go struct field "
                                 "Container.spec.template.spec.containers.image of type string"
                              << 13;
        QTest::newRow("none") << "something else" << 1;
    }
    void decodingErrorsNameTheLine() {
        QFETCH(QString, message);
        QFETCH(int, line);
        const client::Error error{client::Errc::invalid, 400, "BadRequest", message.toStdString(), {}};
        QCOMPARE(lineOfError(parseYaml(deployment)->front(), error), line);
    }

    void badDocumentsAreRefusedBeforeAnythingIsSent_data() {
        QTest::addColumn<QString>("yaml");
        QTest::addColumn<int>("line");
        QTest::newRow("no kind") << "apiVersion: v1\nmetadata: {name: x}\n" << 1;
        QTest::newRow("no version") << "kind: Pod\nmetadata: {name: x}\n" << 1;
        QTest::newRow("no name") << "apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {a: b}\n" << 3;
    }
    void badDocumentsAreRefusedBeforeAnythingIsSent() {
        QFETCH(QString, yaml);
        QFETCH(int, line);
        Setup setup([](const client::Request&) { return client::Response{200, "application/json", "{}"}; });
        const auto items = setup.plan(yaml.toUtf8().constData());
        QCOMPARE(items[0].action, ApplyAction::failed);
        QCOMPARE(items[0].line, line);
        QVERIFY(setup.server->requests.empty());
    }

    void oneBadDocumentDoesNotStopTheOthers() {
        Setup setup([](const client::Request& request) {
            return request.method == "GET" ? status(404, "NotFound", "not found")
                                           : client::Response{201, "application/json", request.body};
        });
        const auto items = setup.plan("apiVersion: example.com/v1\nkind: Strange\nmetadata: {name: x}\n---\n"
                                      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: y}\n");
        QCOMPARE(items.size(), std::size_t(2));
        QCOMPARE(items[0].action, ApplyAction::failed);
        QVERIFY(
            items[0].message.contains(QStringLiteral("no matches for kind \"Strange\" in version \"example.com/v1\"")));
        QCOMPARE(items[1].action, ApplyAction::create);
    }

    void kindsOfTheServersOwnAreDiscovered() {
        Setup setup([](const client::Request& request) {
            if (request.target == "/apis/example.com/v1")
                return client::Response{200, "application/json",
                                        R"({"resources":[{"name":"stranges","kind":"Strange","namespaced":false}]})"};
            return request.method == "GET" ? status(404, "NotFound", "not found")
                                           : client::Response{201, "application/json", request.body};
        });
        const auto items = setup.plan("apiVersion: example.com/v1\nkind: Strange\nmetadata: {name: x}\n");
        QCOMPARE(items[0].action, ApplyAction::create);
        QVERIFY(setup.server->requests.back().target.starts_with("/apis/example.com/v1/stranges?"));
    }

    void patchRemovesOnlyWhatWasAppliedBefore() {
        const api::Type* type = api::findKind("apps", "v1", "Deployment")->type;
        const auto previous =
            object(R"({"metadata":{"labels":{"a":"1","b":"2"}},"spec":{"replicas":2,"template":{"spec":{"containers":[
            {"name":"x","image":"x:1","env":[{"name":"A","value":"1"}]},{"name":"y","image":"y:1"}]}}}})");
        const auto wanted = object(R"({"metadata":{"labels":{"a":"1"}},"spec":{"template":{"spec":{"containers":[
            {"name":"x","image":"x:2"}]}}}})");
        const auto patch = applyPatch(previous, wanted, type);
        QVERIFY(api::find(patch, {"metadata", "labels", "b"})->is_null());
        QVERIFY(api::find(patch, {"spec", "replicas"})->is_null());
        const auto& containers = api::find(patch, {"spec", "template", "spec", "containers"})->as_array();
        QCOMPARE(containers.size(), std::size_t(2));
        QCOMPARE(api::stringAt(containers[0], {"image"}), std::string_view("x:2"));
        QVERIFY(api::find(containers[0], {"env"})->is_null());
        QCOMPARE(api::stringAt(containers[1], {"$patch"}), std::string_view("delete"));
        QCOMPARE(api::stringAt(containers[1], {"name"}), std::string_view("y"));
    }

    void replaceReportsAConflict() {
        Setup setup([](const client::Request&) { return status(409, "Conflict", "the object has been modified"); });
        const auto answer = setup.applier.replace(parseYaml(deployment)->front(), true);
        QVERIFY(!answer);
        QCOMPARE(answer.error().kind, client::Errc::conflict);
    }
};

QTEST_GUILESS_MAIN(ApplierTest)
#include "applier_test.moc"
