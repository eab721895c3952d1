// The audit log of a real server: what a policy says is noted, line by line, and nothing else.

#include "tests/integration/server/curl.h"
#include "tests/support/places.h"
#include "tests/unit/apiserver/review_server.h"

#include <QDir>
#include <QMutex>

using slipway::test::Curl;
using slipway::test::ServerProcess;

namespace {

constexpr const char* policy =
    "apiVersion: audit.k8s.io/v1\n"
    "kind: Policy\n"
    "omitStages: [RequestReceived]\n"
    "rules:\n"
    "- level: None\n"
    "  users: ['system:kube-controller-manager', 'system:kube-scheduler', 'system:apiserver']\n"
    "- level: None\n"
    "  userGroups: ['system:serviceaccounts']\n"
    "- level: None\n"
    "  nonResourceURLs: ['/healthz*', '/readyz', '/version']\n"
    "- level: Metadata\n"
    "  omitStages: []\n"
    "  resources:\n"
    "  - group: ''\n"
    "    resources: ['secrets', 'pods/log']\n"
    "- level: Request\n"
    "  verbs: ['create', 'delete']\n"
    "  resources:\n"
    "  - group: ''\n"
    "    resources: ['services']\n"
    "- level: RequestResponse\n"
    "  omitManagedFields: true\n"
    "  namespaces: ['default']\n"
    "  resources:\n"
    "  - group: ''\n"
    "    resources: ['configmaps']\n"
    "  - group: 'apps'\n"
    "    resources: ['deployments/*']\n"
    "- level: Metadata\n"
    "  verbs: ['get']\n"
    "  resources:\n"
    "  - group: ''\n"
    "    resources: ['nodes']\n"
    "    resourceNames: ['one']\n"
    "- level: Metadata\n"
    "  verbs: ['watch']\n"
    "  resources:\n"
    "  - group: ''\n"
    "    resources: ['namespaces']\n"
    "- level: Metadata\n"
    "  users: ['jane']\n"
    "- level: Metadata\n"
    "  nonResourceURLs: ['/apis*']\n";

} // namespace

class AuditTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir folder_;
    std::unique_ptr<ServerProcess> server_;
    std::unique_ptr<Curl> curl_;

    QString log() const { return folder_.filePath("log/audit.log"); }

    QList<QJsonObject> events(const QString& id, const QString& path = {}) const {
        QList<QJsonObject> list;
        QFile file(path.isEmpty() ? log() : path);
        if (file.open(QIODevice::ReadOnly))
            for (const QByteArray& line : file.readAll().split('\n'))
                if (const QJsonObject event = QJsonDocument::fromJson(line).object(); event["auditID"] == id)
                    list << event;
        return list;
    }
    QJsonObject last(const QString& id) const {
        const auto list = events(id);
        return list.isEmpty() ? QJsonObject() : list.last();
    }
    /// Asks under an id of its own.
    Curl::Answer ask(const QString& id, const QString& path, const QStringList& arguments = {}) const {
        return curl_->ask(path, QStringList{"-H", "Audit-ID: " + id} + arguments);
    }
    static QStringList sending(const char* method, const char* json) {
        return {"-X", method, "-H", "Content-Type: application/json", "--data-binary", json};
    }

private slots:
    void initTestCase() {
        Curl::write(folder_.filePath("policy.yaml"), policy);
        server_ = std::make_unique<ServerProcess>(
            QString(), QStringList{"--audit-policy-file", folder_.filePath("policy.yaml"), "--audit-log-path", log()});
        server_->start();
        curl_ = std::make_unique<Curl>(*server_);
    }

    void everyAnswerNamesItsRequest() {
        QCOMPARE(curl_->ask("/version").header("Audit-ID").size(), 36);
        QCOMPARE(ask("mine", "/version").header("Audit-ID"), QString("mine"));
        QCOMPARE(ask("mine-1.1", "/api/v1/pods", {"--http1.1"}).header("Audit-ID"), QString("mine-1.1"));
        QVERIFY(events("mine").isEmpty()); // level None
    }

    void everyAnswerNamesWhereItsRequestStoodInLine() {
        const auto answer = curl_->ask("/api/v1/namespaces/kube-system");
        const auto uidOf = [&](const QString& kind, const QString& name) {
            return curl_->ask("/apis/flowcontrol.apiserver.k8s.io/v1/" + kind + "/" + name)
                .json()["metadata"]
                .toObject()["uid"]
                .toString();
        };
        QCOMPARE(answer.header("X-Kubernetes-PF-FlowSchema-UID"), uidOf("flowschemas", "exempt"));
        QCOMPARE(answer.header("X-Kubernetes-PF-PriorityLevel-UID"), uidOf("prioritylevelconfigurations", "exempt"));
        const auto refused = curl_->ask("/api/v1/namespaces", {"-H", "Impersonate-User: jane"});
        QCOMPARE(refused.code, 403);
        QCOMPARE(refused.header("X-Kubernetes-PF-FlowSchema-UID"), uidOf("flowschemas", "global-default"));
        QCOMPARE(curl_->withToken("x", "/api").header("X-Kubernetes-PF-FlowSchema-UID"), QString());
    }

    void metadataOfSecretsIsNotedWithoutTheirData() {
        const auto made = ask("secret", "/api/v1/namespaces/default/secrets",
                              sending("POST", R"({"metadata":{"name":"s"},"stringData":{"p":"hidden-word"}})"));
        QCOMPARE(made.code, 201);
        QTRY_COMPARE(events("secret").size(), 1);
        const QJsonObject event = last("secret");
        QCOMPARE(event["kind"].toString(), QString("Event"));
        QCOMPARE(event["apiVersion"].toString(), QString("audit.k8s.io/v1"));
        QCOMPARE(event["level"].toString(), QString("Metadata"));
        QCOMPARE(event["stage"].toString(), QString("ResponseComplete"));
        QCOMPARE(event["verb"].toString(), QString("create"));
        QCOMPARE(event["user"].toObject()["username"].toString(), QString("kubernetes-admin"));
        QCOMPARE(event["objectRef"].toObject()["name"].toString(), QString("s"));
        QCOMPARE(event["objectRef"].toObject()["resource"].toString(), QString("secrets"));
        QCOMPARE(event["responseStatus"].toObject()["code"].toInt(), 201);
        QCOMPARE(event["sourceIPs"].toArray()[0].toString(), QString("127.0.0.1"));
        QCOMPARE(event["annotations"].toObject()["authorization.k8s.io/decision"].toString(), QString("allow"));
        QVERIFY(event["userAgent"].toString().startsWith("curl/"));
        QVERIFY(!event.contains("requestObject"));
        QVERIFY(!event.contains("responseObject"));
        QFile file(log());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(!file.readAll().contains("hidden-word"));
    }

    void requestsAndResponsesAreNotedWhereThePolicyWantsThem() {
        QCOMPARE(ask("svc", "/api/v1/namespaces/default/services",
                     sending("POST", R"({"metadata":{"name":"w"},"spec":{"ports":[{"port":80}]}})"))
                     .code,
                 201);
        QTRY_COMPARE(events("svc").size(), 1);
        QCOMPARE(last("svc")["requestObject"].toObject()["spec"].toObject()["type"].toString(), QString("ClusterIP"));
        QVERIFY(!last("svc").contains("responseObject"));
        QCOMPARE(ask("cm", "/api/v1/namespaces/default/configmaps",
                     sending("POST", R"({"metadata":{"name":"c"},"data":{"a":"b"}})"))
                     .code,
                 201);
        QTRY_COMPARE(events("cm").size(), 1);
        const QJsonObject answer = last("cm")["responseObject"].toObject();
        QCOMPARE(answer["data"].toObject()["a"].toString(), QString("b"));
        QVERIFY(!answer["metadata"].toObject().contains("managedFields"));
        // A patch is noted as it was sent; a namespace that no rule names is not noted.
        QStringList patch = sending("PATCH", R"({"data":{"a":"c"}})");
        patch.replaceInStrings("application/json", "application/merge-patch+json");
        QCOMPARE(ask("patch", "/api/v1/namespaces/default/configmaps/c", patch).code, 200);
        QTRY_COMPARE(events("patch").size(), 1);
        QCOMPARE(last("patch")["requestObject"].toObject()["data"].toObject()["a"].toString(), QString("c"));
        QCOMPARE(ask("elsewhere", "/api/v1/namespaces/kube-system/configmaps").code, 200);
        QCOMPARE(ask("refused", "/api/v1/namespaces/default/configmaps/none").code, 404);
        QTRY_COMPARE(events("refused").size(), 1);
        QCOMPARE(last("refused")["responseStatus"].toObject()["reason"].toString(), QString("NotFound"));
        QVERIFY(events("elsewhere").isEmpty());
    }

    void rulesNameSubresourcesObjectsVerbsAndUsers() {
        ask("deployment", "/apis/apps/v1/namespaces/default/deployments");
        ask("scale", "/apis/apps/v1/namespaces/default/deployments/x/scale");
        ask("one", "/api/v1/nodes/one");
        ask("two", "/api/v1/nodes/two");
        ask("groups", "/apis");
        ask("jane", "/api/v1/nodes/two", {"-H", "Impersonate-User: jane"});
        QTRY_COMPARE(events("groups").size(), 1);
        QCOMPARE(events("scale").size(), 1); // "deployments/*"
        QCOMPARE(last("scale")["objectRef"].toObject()["subresource"].toString(), QString("scale"));
        QCOMPARE(events("one").size(), 1);
        QVERIFY(events("two").isEmpty());
        QVERIFY(!last("groups").contains("objectRef"));
        QVERIFY(events("jane").isEmpty()); // the rules are about who sends
        QVERIFY(!events("deployment").isEmpty());
    }

    void aWatchIsNotedWhenItBeginsAndEnds() {
        QCOMPARE(ask("watch", "/api/v1/namespaces?watch=true&timeoutSeconds=1").code, 200);
        QTRY_COMPARE(events("watch").size(), 2);
        QCOMPARE(events("watch")[0]["stage"].toString(), QString("ResponseStarted"));
        QCOMPARE(events("watch")[1]["stage"].toString(), QString("ResponseComplete"));
    }

    void whoMayNotIsNoted() {
        QCOMPARE(ask("forbidden", "/api/v1/namespaces/default/secrets", {"-H", "Impersonate-User: nobody"}).code, 403);
        QTRY_COMPARE(events("forbidden").size(), 1);
        const QJsonObject event = last("forbidden");
        QCOMPARE(event["impersonatedUser"].toObject()["username"].toString(), QString("nobody"));
        QCOMPARE(event["annotations"].toObject()["authorization.k8s.io/decision"].toString(), QString("forbid"));
    }

    void aPolicyThatIsNoneEndsTheServer() {
        for (const char* text : {"kind: Policy\napiVersion: audit.k8s.io/v1\nrules: []\n",
                                 "kind: Policy\napiVersion: audit.k8s.io/v1\nrules: [{level: Some}]\n",
                                 "kind: Policy\napiVersion: audit.k8s.io/v1\nrules: [{level: None, nonResourceURLs: "
                                 "['/a'], namespaces: [b]}]\n",
                                 "kind: Other\n"}) {
            Curl::write(folder_.filePath("bad.yaml"), text);
            QProcess process;
            process.start(slipway::tests::inBuild("bin/slipway-server"),
                          {"--data-dir", folder_.filePath("other"), "--secure-port", "0", "--audit-policy-file",
                           folder_.filePath("bad.yaml"), "--audit-log-path", "-"});
            QVERIFY(process.waitForFinished());
            QCOMPARE(process.exitCode(), 1);
        }
    }

    void strangersAreNotedAndTheLogIsRotated() {
        const QString path = folder_.filePath("turned/audit.log");
        Curl::write(folder_.filePath("all.yaml"),
                    "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: RequestResponse\n  resources:\n"
                    "  - {group: '', resources: [configmaps]}\n");
        ServerProcess server({}, {"--audit-policy-file", folder_.filePath("all.yaml"), "--audit-log-path", path,
                                  "--audit-log-maxsize", "1", "--audit-log-maxbackup", "2"});
        server.start();
        const Curl curl(server);
        QCOMPARE(curl.anonymous("/api/v1/namespaces/default/configmaps",
                                {"-H", "Authorization: Bearer nonsense", "-H", "Audit-ID: stranger"})
                     .code,
                 401);
        QTRY_COMPARE(events("stranger", path).size(), 2);
        QCOMPARE(events("stranger", path)[0]["stage"].toString(), QString("RequestReceived"));
        QCOMPARE(events("stranger", path)[1]["responseStatus"].toObject()["code"].toInt(), 401);
        // The server's own programs say who they are, and their requests are counted.
        const auto logged = [&] {
            QFile file(path);
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        QTRY_VERIFY(logged().contains("\"userAgent\":\"kube-controller-manager/v"));
        QVERIFY(logged().contains(") slipway/v"));
        const QByteArray figures = curl.ask("/metrics").body;
        QVERIFY(figures.contains("rest_client_requests_total{code=\"201\",host=\"memory\",method=\"POST\"}"));
        QVERIFY(figures.contains("rest_client_request_duration_seconds_count{host=\"memory\",verb=\"GET\"}"));
        QVERIFY(figures.contains("apiserver_audit_event_total"));
        for (const char* figure :
             {"workqueue_adds_total{name=\"", "workqueue_depth{name=\"",
              "workqueue_queue_duration_seconds_count{name=\"", "workqueue_work_duration_seconds_count{name=\""})
            QVERIFY2(figures.contains(figure), figure);
        const QByteArray object =
            "{\"metadata\":{\"generateName\":\"large-\"},\"data\":{\"a\":\"" + QByteArray(200'000, 'x') + "\"}}";
        const QString file = folder_.filePath("object.json");
        Curl::write(file, object.toStdString());
        for (int i = 0; i < 16; ++i)
            QCOMPARE(curl.ask("/api/v1/namespaces/default/configmaps",
                              {"-H", "Content-Type: application/json", "-H", "Expect:", "--data-binary", "@" + file})
                         .code,
                     201);
        QCOMPARE(server.terminate(), 0); // what waits is written
        const QDir folder(folder_.filePath("turned"));
        QCOMPARE(folder.entryList(QDir::Files).size(), 3);
        for (const QFileInfo& one : folder.entryInfoList(QDir::Files))
            QVERIFY(one.size() <= 1 << 20);
    }

    void eventsAreGivenToAWebhook() {
        QMutex mutex;
        QByteArray received;
        const slipway::test::ReviewServer hook([&](const slipway::api::JsonObject& list) {
            const QMutexLocker lock(&mutex);
            received += QByteArray::fromStdString(slipway::api::printJson(list));
            return slipway::api::JsonObject();
        });
        const QJsonObject place = QJsonDocument::fromJson(hook.config().replace(u'\'', u'"').toUtf8()).object();
        Curl::write(folder_.filePath("hook.kubeconfig"),
                    QString("apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts: [{name: c, context: {cluster: "
                            "h, user: u}}]\nusers: [{name: u, user: {}}]\nclusters: [{name: h, cluster: {server: "
                            "'%1', certificate-authority-data: '%2'}}]\n")
                        .arg(place["url"].toString(), place["caBundle"].toString())
                        .toStdString());
        ServerProcess server({}, {"--audit-policy-file", folder_.filePath("policy.yaml"), "--audit-webhook-config-file",
                                  folder_.filePath("hook.kubeconfig"), "--audit-webhook-batch-max-wait", "100ms"});
        server.start();
        const Curl curl(server);
        curl.ask("/api/v1/namespaces/default/secrets", {"-H", "Audit-ID: posted"});
        const auto has = [&](const char* text) {
            const QMutexLocker lock(&mutex);
            return received.contains(text);
        };
        QTRY_VERIFY(has("\"auditID\":\"posted\""));
        QVERIFY(has("\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\""));
    }
};

QTEST_GUILESS_MAIN(AuditTest)
#include "audit_test.moc"
