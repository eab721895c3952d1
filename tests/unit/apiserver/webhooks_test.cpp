#include "api_under_test.h"
#include "cluster/api/base64.h"
#include "review_server.h"

using namespace slipway;
using test::ApiUnderTest;
using test::podText;

namespace {

/// Answers admission reviews as it is told.
class HookServer : public test::ReviewServer {
public:
    using Decide = std::function<api::JsonObject(const api::JsonObject& request)>;

    explicit HookServer(Decide decide)
        : ReviewServer([this, decide = std::move(decide)](const api::JsonObject& review) {
            const api::JsonObject request = api::find(review, {"request"})->as_object();
            requests.push_back(request);
            api::JsonObject response = decide(request);
            if (response.contains("sleep"))
                QThread::sleep(3);
            response["uid"] = api::stringAt(request, {"uid"});
            return api::JsonObject{
                {"apiVersion", "admission.k8s.io/v1"}, {"kind", "AdmissionReview"}, {"response", response}};
        }) {}

    std::vector<api::JsonObject> requests;
};

api::JsonObject allow() {
    return {{"allowed", true}};
}

api::JsonObject patch(const QString& operations) {
    return {{"allowed", true},
            {"patchType", "JSONPatch"},
            {"patch", api::encodeBase64(QString(operations).replace(u'\'', u'"').toStdString())}};
}

} // namespace

/// Webhooks over real TLS connections.
class WebhooksTest : public QObject {
    Q_OBJECT

    std::optional<ApiUnderTest> api_;

    void configure(const QString& kind, const HookServer& server, const QString& rule, const QString& more = {},
                   const QString& name = "h") {
        const auto made = api_->post(
            "/apis/admissionregistration.k8s.io/v1/" + kind.toStdString(),
            QStringLiteral("{'metadata':{'name':'%1'},'webhooks':[{'name':'%1.example.com','sideEffects':'None',"
                           "'admissionReviewVersions':['v1'],'clientConfig':%2,'rules':[%3]%4}]}")
                .arg(name, server.config(), rule, more));
        QVERIFY2(made.code == 201, qPrintable(made.brief()));
    }
    static QString rule(const QString& resource, const QString& operations = "['CREATE','UPDATE','DELETE']") {
        return QStringLiteral("{'operations':%2,'apiGroups':['*'],'apiVersions':['*'],'resources':['%1']}")
            .arg(resource, operations);
    }
    const QString mutating_ = "mutatingwebhookconfigurations", validating_ = "validatingwebhookconfigurations";
    const std::string maps_ = "/api/v1/namespaces/t/configmaps";

private slots:
    void init() {
        api_.emplace();
        api_->makeNamespace("t", "{'hooked':'yes'}");
    }

    void denials() {
        HookServer server([](const api::JsonObject& request) {
            if (api::stringAt(request, {"name"}) == "bad")
                return api::JsonObject{{"allowed", false},
                                       {"status", api::JsonObject{{"message", "not that one"}, {"code", 403}}}};
            api::JsonObject answer = allow();
            answer["warnings"] = api::JsonArray{"look out"};
            return answer;
        });
        configure(validating_, server, rule("configmaps"));
        const auto bad = api_->post(maps_, "{'metadata':{'name':'bad'}}");
        QCOMPARE(bad.code, 403);
        QCOMPARE(bad.message(), std::string("admission webhook \"h.example.com\" denied the request: not that one"));
        const auto good = api_->post(maps_, "{'metadata':{'name':'good'}}");
        QCOMPARE(good.code, 201);
        QCOMPARE(good.warnings, std::vector<std::string>{"look out"});
        const api::JsonObject seen = server.requests.back();
        QCOMPARE(api::stringAt(seen, {"operation"}), std::string_view("CREATE"));
        QCOMPARE(api::stringAt(seen, {"namespace"}), std::string_view("t"));
        QCOMPARE(api::stringAt(seen, {"kind", "kind"}), std::string_view("ConfigMap"));
        QCOMPARE(api::stringAt(seen, {"userInfo", "username"}), std::string_view("admin"));
        api_->remove(maps_ + "/good");
        QCOMPARE(api::stringAt(server.requests.back(), {"operation"}), std::string_view("DELETE"));
        QCOMPARE(api::stringAt(server.requests.back(), {"oldObject", "metadata", "name"}), std::string_view("good"));
    }

    void changesAreDefaultedAndSeenByLaterOnes() {
        HookServer first([](const api::JsonObject& request) {
            return api::find(request, {"object", "metadata", "labels", "second"}) == nullptr
                       ? patch("[{'op':'add','path':'/spec/containers/-','value':{'name':'side','image':'y'}}]")
                       : allow();
        });
        HookServer second([](const api::JsonObject&) {
            return patch("[{'op':'add','path':'/metadata/labels','value':{'second':'1'}}]");
        });
        configure(mutating_, first, rule("pods"), ",'reinvocationPolicy':'IfNeeded'", "a");
        configure(mutating_, second, rule("pods"), {}, "b");
        const auto pod = api_->post("/api/v1/namespaces/t/pods", podText("p"));
        QVERIFY2(pod.code == 201, qPrintable(pod.brief()));
        const api::Json containers = pod.at({"spec", "containers"});
        QCOMPARE(containers.as_array().size(), 2U);
        QCOMPARE(api::stringAt(containers.as_array()[1], {"imagePullPolicy"}), std::string_view("Always"));
        QCOMPARE(first.requests.size(), 2U); // asked again after the second changed the pod
    }

    void selectors() {
        HookServer server([](const api::JsonObject&) { return api::JsonObject{{"allowed", false}}; });
        configure(validating_, server, rule("configmaps"),
                  ",'namespaceSelector':{'matchLabels':{'hooked':'yes'}},'objectSelector':{'matchLabels':{'a':'b'}}");
        QCOMPARE(api_->post(maps_, "{'metadata':{'name':'c'}}").code, 201);
        QCOMPARE(api_->post(maps_, "{'metadata':{'name':'d','labels':{'a':'b'}}}").message(),
                 std::string("admission webhook \"h.example.com\" denied the request without explanation"));
        QCOMPARE(
            api_->post("/api/v1/namespaces/default/configmaps", "{'metadata':{'name':'d','labels':{'a':'b'}}}").code,
            201);
    }

    void conditions() {
        HookServer server([](const api::JsonObject&) { return api::JsonObject{{"allowed", false}}; });
        configure(validating_, server, rule("configmaps"),
                  ",'matchConditions':[{'name':'not-mine','expression':'object.metadata.name.startsWith(\\'c\\')'}]");
        QCOMPARE(api_->post(maps_, "{'metadata':{'name':'a'}}").code, 201);
        QCOMPARE(api_->post(maps_, "{'metadata':{'name':'c'}}").code, 400);
    }

    void timeLimitsAndFailurePolicies() {
        HookServer server([](const api::JsonObject&) {
            api::JsonObject answer = allow();
            answer["sleep"] = true;
            return answer;
        });
        configure(validating_, server, rule("configmaps"), ",'timeoutSeconds':1");
        const auto late = api_->post(maps_, "{'metadata':{'name':'c'}}");
        QCOMPARE(late.code, 500);
        QVERIFY2(
            late.message().starts_with("Internal error occurred: failed calling webhook \"h.example.com\": failed to "
                                       "call webhook: Post \"https://127.0.0.1:") &&
                late.message().ends_with("timeout=1s\": context deadline exceeded"),
            late.message().c_str());
        api_->merge("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/h",
                    QStringLiteral("{'webhooks':[{'name':'h.example.com','sideEffects':'None','failurePolicy':'Ignore',"
                                   "'timeoutSeconds':1,'admissionReviewVersions':['v1'],'clientConfig':{'service':{"
                                   "'namespace':'t','name':'none'}},'rules':[%1]}]}")
                        .arg(rule("configmaps")));
        QCOMPARE(api_->post(maps_, "{'metadata':{'name':'c'}}").code, 201);
    }

    void connectionsAndConfigurations() {
        HookServer server([](const api::JsonObject&) { return api::JsonObject{{"allowed", false}}; });
        api_->post("/api/v1/namespaces/t/pods", podText("p"));
        configure(validating_, server, rule("pods/attach", "['CONNECT']"));
        QCOMPARE(api_->get("/api/v1/namespaces/t/pods/p/attach").message(),
                 std::string("admission webhook \"h.example.com\" denied the request without explanation"));
        QCOMPARE(api::stringAt(server.requests.back(), {"object", "kind"}), std::string_view("PodAttachOptions"));
        configure(validating_, server, rule("*"), {}, "all");
        QCOMPARE(api_->remove("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/all").code, 200);
    }
};

QTEST_GUILESS_MAIN(WebhooksTest)
#include "webhooks_test.moc"
