#include "cluster/api/base64.h"
#include "cluster/api/types/apps_v1.h"
#include "cluster/api/types/core_v1.h"

#include <QtTest>

using namespace slipway;

namespace {

constexpr const char* fullPod = R"({
  "apiVersion": "v1", "kind": "Pod",
  "metadata": {"name": "web", "namespace": "default", "uid": "u", "resourceVersion": "7", "generation": 2,
    "creationTimestamp": "2026-01-31T12:00:00Z", "labels": {"app": "web"}, "annotations": {"a": "b"},
    "finalizers": ["example.org/hold"], "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web",
    "uid": "r", "controller": true, "blockOwnerDeletion": true}]},
  "spec": {
    "nodeName": "one", "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "hostNetwork": true,
    "nodeSelector": {"disk": "ssd"},
    "tolerations": [{"key": "k", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}],
    "containers": [{"name": "web", "image": "slipway/hello:1", "command": ["/hello"], "args": ["-v"],
      "ports": [{"name": "http", "containerPort": 80, "protocol": "TCP"}],
      "env": [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
      "resources": {"limits": {"cpu": "500m", "memory": "64Mi"}, "requests": {"cpu": "100m"}},
      "volumeMounts": [{"name": "data", "mountPath": "/data", "readOnly": true}],
      "livenessProbe": {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 5},
      "readinessProbe": {"tcpSocket": {"port": 80}}, "stdin": true}],
    "volumes": [{"name": "data", "emptyDir": {"medium": "Memory"}}, {"name": "c", "configMap": {"name": "c",
      "items": [{"key": "k", "path": "p", "mode": 420}]}}]},
  "status": {"phase": "Running", "podIP": "10.244.0.5", "podIPs": [{"ip": "10.244.0.5"}],
    "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-31T12:00:01Z"}],
    "containerStatuses": [{"name": "web", "image": "i", "imageID": "x", "ready": true, "restartCount": 3,
      "state": {"running": {"startedAt": "2026-01-31T12:00:00Z"}}}]}})";

constexpr const char* fullDeployment = R"({
  "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "default"},
  "spec": {"replicas": 3, "revisionHistoryLimit": 10, "paused": true, "minReadySeconds": 1,
    "selector": {"matchLabels": {"app": "web"},
      "matchExpressions": [{"key": "tier", "operator": "In", "values": ["a", "b"]}]},
    "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 1}},
    "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}},
  "status": {"observedGeneration": 4, "replicas": 3, "readyReplicas": 2, "collisionCount": 1}})";

/// Every member of @p expected is in @p actual with the same value; @p actual may hold required empty ones besides.
QString firstDifference(const api::Json& expected, const api::Json& actual, const QString& path = {}) {
    if (expected.is_object() && actual.is_object()) {
        for (const auto& [name, value] : expected.as_object()) {
            const QString at = path + "." + QString::fromUtf8(name.data(), static_cast<int>(name.size()));
            const auto* other = actual.as_object().if_contains(name);
            if (!other)
                return at + " is missing";
            if (const QString found = firstDifference(value, *other, at); !found.isEmpty())
                return found;
        }
        return {};
    }
    if (expected.is_array() && actual.is_array() && expected.as_array().size() == actual.as_array().size()) {
        for (std::size_t i = 0; i < expected.as_array().size(); ++i) {
            const QString at = path + "[" + QString::number(i) + "]";
            if (const QString found = firstDifference(expected.as_array()[i], actual.as_array()[i], at);
                !found.isEmpty())
                return found;
        }
        return {};
    }
    return expected == actual ? QString() : path + " differs";
}

template <class T> void checkRoundTrip(const char* text) {
    const auto json = api::parseJson(text);
    QVERIFY(json);
    const auto typed = api::fromJson<T>(*json);
    QVERIFY2(typed, typed ? "" : (typed.error().path + ": " + typed.error().message).c_str());
    const api::Json printed = api::toJson(*typed);
    const QString difference = firstDifference(*json, printed);
    QVERIFY2(difference.isEmpty(), qPrintable(difference));
    const auto again = api::fromJson<T>(printed);
    QVERIFY(again);
    QVERIFY(*again == *typed);
}

} // namespace

class CodecTest : public QObject {
    Q_OBJECT

private slots:
    void aPodComesBackWhole() { checkRoundTrip<api::core_v1::Pod>(fullPod); }
    void aDeploymentComesBackWhole() { checkRoundTrip<api::apps_v1::Deployment>(fullDeployment); }

    void emptyMembersAreLeftOut() {
        const auto json = api::toJson(api::core_v1::Pod());
        QCOMPARE(api::stringAt(json, {"kind"}), std::string_view("Pod"));
        QVERIFY(!api::find(json, {"spec", "nodeName"}));
        QVERIFY(!api::find(json, {"metadata", "labels"}));
    }

    void unknownMembersAreIgnored() {
        const auto json = api::parseJson(R"({"metadata":{"name":"a","new":1},"other":[]})");
        const auto pod = api::fromJson<api::core_v1::Pod>(*json);
        QVERIFY(pod);
        QCOMPARE(pod->metadata.name, std::string("a"));
    }

    void secretsAreBase64() {
        const auto json = api::parseJson(R"({"data":{"k":"AAH/"}})");
        const auto secret = api::fromJson<api::core_v1::Secret>(*json);
        QVERIFY(secret);
        QCOMPARE(secret->data.at("k").data, std::string("\0\1\xff", 3));
        QCOMPARE(api::stringAt(api::toJson(*secret), {"data", "k"}), std::string_view("AAH/"));
        QVERIFY(!api::fromJson<api::core_v1::Secret>(*api::parseJson(R"({"data":{"k":"!"}})")));
    }

    void wrongTypesNameTheirPlace_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("path");
        QTest::newRow("number for text") << R"({"metadata":{"name":5}})" << "metadata.name";
        QTest::newRow("text for list") << R"({"spec":{"containers":"x"}})" << "spec.containers";
        QTest::newRow("in a list") << R"({"spec":{"containers":[{},{"name":[]}]}})" << "spec.containers[1].name";
        QTest::newRow("text for number") << R"({"spec":{"terminationGracePeriodSeconds":"30"}})"
                                         << "spec.terminationGracePeriodSeconds";
        QTest::newRow("fraction") << R"({"spec":{"terminationGracePeriodSeconds":1.5}})"
                                  << "spec.terminationGracePeriodSeconds";
        QTest::newRow("too big") << R"({"spec":{"containers":[{"ports":[{"containerPort":4294967296}]}]}})"
                                 << "spec.containers[0].ports[0].containerPort";
        QTest::newRow("text for bool") << R"({"spec":{"hostNetwork":"yes"}})" << "spec.hostNetwork";
        QTest::newRow("list for object") << R"({"spec":[]})" << "spec";
    }
    void wrongTypesNameTheirPlace() {
        QFETCH(QString, text);
        const auto pod = api::fromJson<api::core_v1::Pod>(*api::parseJson(text.toStdString()));
        QVERIFY(!pod);
        QTEST(QString::fromStdString(pod.error().path), "path");
        QVERIFY(!pod.error().message.empty());
    }

    void badJsonNamesItsPlace() {
        QCOMPARE(api::parseJson(R"({"a": x})").error().offset, std::size_t(6));
        QVERIFY(!api::parseJson(""));
        QVERIFY(!api::parseJson("{} {}"));
        QVERIFY(!api::parseJson(std::string(100'000, '[')));
    }

    void base64IsStandard() {
        for (const std::string bytes : {"", "f", "fo", "foo", "foob", "\xff\xfe"}) {
            QCOMPARE(api::encodeBase64(bytes), QByteArray::fromStdString(bytes).toBase64().toStdString());
            QCOMPARE(api::decodeBase64(api::encodeBase64(bytes)).value_or("none"), bytes);
            QCOMPARE(api::decodeBase64Url(api::encodeBase64Url(bytes)).value_or("none"), bytes);
        }
        QCOMPARE(api::encodeBase64Url("\xff\xfe"), std::string("__4"));
        QCOMPARE(api::decodeBase64("Zm9v\nYmFy").value_or("none"), std::string("foobar"));
        for (const char* bad : {"Zg", "Zg=", "Z===", "Zm9v!", "=Zg="})
            QVERIFY2(!api::decodeBase64(bad), bad);
    }
};

QTEST_GUILESS_MAIN(CodecTest)
#include "codec_test.moc"
