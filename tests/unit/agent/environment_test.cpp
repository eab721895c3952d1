#include "cluster/agent/image/images.h"
#include "cluster/agent/pod/environment.h"
#include "cluster/agent/pod/quantity.h"
#include "cluster/agent/source/standalone.h"
#include "pod_fixture.h"

using namespace slipway::agent;
using namespace slipway::agent::test;

namespace {

class KnownObjects : public NoObjects {
public:
    ObjectResult<core::ConfigMap> configMap(const std::string& ns, const std::string& name) override {
        if (name != "settings")
            return NoObjects::configMap(ns, name);
        core::ConfigMap map;
        map.data = {{"colour", "blue"}, {"size", "big"}};
        return map;
    }
    ObjectResult<core::Secret> secret(const std::string& ns, const std::string& name) override {
        if (name != "keys")
            return NoObjects::secret(ns, name);
        core::Secret secret;
        secret.data = {{"token", {"s3cret"}}};
        return secret;
    }
    ObjectResult<std::vector<std::shared_ptr<const core::Service>>> services() override {
        auto service = std::make_shared<core::Service>();
        service->metadata.name = "my-db";
        service->metadata.namespace_ = "default";
        service->spec.emplace();
        service->spec->clusterIP = "10.96.0.7";
        core::ServicePort port;
        port.port = 5432;
        port.name = "sql";
        service->spec->ports = {port};
        return std::vector<std::shared_ptr<const core::Service>>{service};
    }
};

std::string value(const Environment& environment, const std::string& name) {
    for (const auto& [known, value] : environment)
        if (known == name)
            return value;
    return "<none>";
}

core::EnvVar variable(std::string name, std::string value) {
    core::EnvVar result;
    result.name = std::move(name);
    result.value = std::move(value);
    return result;
}

} // namespace

class EnvironmentTest : public QObject {
    Q_OBJECT

private slots:
    void expansion_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("result");
        QTest::newRow("plain") << "abc" << "abc";
        QTest::newRow("known") << "a$(X)b" << "a1b";
        QTest::newRow("unknown stays") << "$(Y)" << "$(Y)";
        QTest::newRow("escaped") << "$$(X)" << "$(X)";
        QTest::newRow("escaped twice") << "$$$(X)" << "$1";
        QTest::newRow("dollar at the end") << "a$" << "a$";
        QTest::newRow("open") << "$(X" << "$(X";
        QTest::newRow("no parenthesis") << "$X" << "$X";
    }
    void expansion() {
        QFETCH(QString, text);
        QFETCH(QString, result);
        const auto lookup = [](std::string_view name) {
            return name == "X" ? std::optional<std::string>("1") : std::nullopt;
        };
        QCOMPARE(QString::fromStdString(expandVariables(text.toStdString(), lookup)), result);
    }

    void wholeEnvironmentInOrder() {
        auto web = container("web");
        core::EnvFromSource from;
        from.configMapRef.emplace();
        from.configMapRef->name = "settings";
        from.prefix = "CFG_";
        web.envFrom = {from};
        auto secret = variable("TOKEN", "");
        secret.valueFrom.emplace();
        secret.valueFrom->secretKeyRef.emplace();
        secret.valueFrom->secretKeyRef->name = "keys";
        secret.valueFrom->secretKeyRef->key = "token";
        auto field = variable("POD", "");
        field.valueFrom.emplace();
        field.valueFrom->fieldRef.emplace();
        field.valueFrom->fieldRef->fieldPath = "metadata.name";
        web.env = {variable("A", "$(CFG_colour)-$(MY_DB_SERVICE_HOST)"), secret, field, variable("B", "$(A)!")};
        KnownObjects objects;
        const auto result = containerEnvironment(pod({web}), web, objects, {});
        QVERIFY(result.has_value());
        QCOMPARE(value(*result, "A"), std::string("blue-10.96.0.7"));
        QCOMPARE(value(*result, "B"), std::string("blue-10.96.0.7!"));
        QCOMPARE(value(*result, "TOKEN"), std::string("s3cret"));
        QCOMPARE(value(*result, "POD"), std::string("web"));
        QCOMPARE(value(*result, "MY_DB_PORT_5432_TCP"), std::string("tcp://10.96.0.7:5432"));
        QCOMPARE(value(*result, "MY_DB_SERVICE_PORT_SQL"), std::string("5432"));
    }

    void missingObjectsAreErrorsUnlessOptional() {
        auto web = container("web");
        auto missing = variable("X", "");
        missing.valueFrom.emplace();
        missing.valueFrom->configMapKeyRef.emplace();
        missing.valueFrom->configMapKeyRef->name = "nowhere";
        missing.valueFrom->configMapKeyRef->key = "k";
        web.env = {missing};
        KnownObjects objects;
        QCOMPARE(containerEnvironment(pod({web}), web, objects, {}).error(),
                 std::string("configmap \"nowhere\" not found"));
        web.env[0].valueFrom->configMapKeyRef->optional = true;
        QVERIFY(containerEnvironment(pod({web}), web, objects, {}).has_value());
        web.env[0].valueFrom->configMapKeyRef->optional = false;
        web.env[0].valueFrom->configMapKeyRef->name = "settings";
        QCOMPARE(containerEnvironment(pod({web}), web, objects, {}).error(),
                 std::string("couldn't find key k in ConfigMap default/settings"));
    }

    void resources() {
        auto web = container("web");
        web.resources.emplace();
        web.resources->limits = {{"cpu", "1500m"}};
        core::ResourceFieldSelector selector;
        selector.resource = "limits.cpu";
        QCOMPARE(*containerResource(web, selector, {}), std::string("2"));
        selector.divisor = "1m";
        QCOMPARE(*containerResource(web, selector, {}), std::string("1500"));
        selector = {};
        selector.resource = "limits.memory";
        selector.divisor = "1Mi";
        QCOMPARE(*containerResource(web, selector, {.memoryBytes = 64 << 20}), std::string("64"));
    }

    void fields() {
        auto web = pod({container("a")});
        web.metadata.labels = {{"app", "web"}, {"b", "say \"hi\""}};
        QCOMPARE(*podField(web, "metadata.labels['app']"), std::string("web"));
        QCOMPARE(*podField(web, "metadata.labels"), std::string("app=\"web\"\nb=\"say \\\"hi\\\"\""));
        QVERIFY(!podField(web, "spec.secrets").has_value());
    }

    void imageNames_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("full");
        QTest::newRow("short") << "nginx" << "docker.io/library/nginx:latest";
        QTest::newRow("tag") << "nginx:1.27" << "docker.io/library/nginx:1.27";
        QTest::newRow("user") << "slipway/hello:1" << "docker.io/slipway/hello:1";
        QTest::newRow("registry") << "quay.io/a/b" << "quay.io/a/b:latest";
        QTest::newRow("port") << "localhost:5000/a" << "localhost:5000/a:latest";
        QTest::newRow("localhost") << "localhost/a:2" << "localhost/a:2";
        QTest::newRow("digest") << "nginx@sha256:abc" << "docker.io/library/nginx@sha256:abc";
        QTest::newRow("index") << "index.docker.io/nginx" << "docker.io/library/nginx:latest";
    }
    void imageNames() {
        QFETCH(QString, name);
        QFETCH(QString, full);
        QCOMPARE(QString::fromStdString(normalizeImage(name.toStdString())), full);
    }

    void pullPolicies() {
        QCOMPARE(effectivePullPolicy("", "nginx"), std::string("Always"));
        QCOMPARE(effectivePullPolicy("", "nginx:1"), std::string("IfNotPresent"));
        QCOMPARE(effectivePullPolicy("", "nginx@sha256:abc"), std::string("IfNotPresent"));
        QCOMPARE(effectivePullPolicy("Never", "nginx"), std::string("Never"));
    }

    void quantities() {
        QCOMPARE(parseMilli("250m"), std::optional<std::int64_t>(250));
        QCOMPARE(parseMilli("0.1"), std::optional<std::int64_t>(100));
        QCOMPARE(parseUnits("1Gi"), std::optional<std::int64_t>(1 << 30));
        QCOMPARE(parseUnits("2e3"), std::optional<std::int64_t>(2000));
        QCOMPARE(parseUnits("100k"), std::optional<std::int64_t>(100000));
        QVERIFY(!parseUnits("ten").has_value());
        QVERIFY(!parseUnits("").has_value());
        QVERIFY(!parseUnits("1Qi").has_value());
    }
};

QTEST_GUILESS_MAIN(EnvironmentTest)
#include "environment_test.moc"
