#include "api_under_test.h"

#include "cluster/api/base64.h"

using namespace slipway;
using test::ApiUnderTest;
using test::podText;

/// Who somebody is, what they may do, and the subresources that depend on it.
class AccessTest : public QObject {
    Q_OBJECT

    std::optional<ApiUnderTest> api_;

    void role(const QString& user, const QString& rules) {
        api_->post("/apis/rbac.authorization.k8s.io/v1/clusterroles",
                   QStringLiteral("{'metadata':{'name':'of-%1'},'rules':%2}").arg(user, rules));
        api_->post("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
                   QStringLiteral("{'metadata':{'name':'of-%1'},'roleRef':{'kind':'ClusterRole','name':'of-%1'},"
                                  "'subjects':[{'kind':'User','name':'%1'}]}")
                       .arg(user));
    }
    std::string token(const QString& spec, const std::string& account = "default") {
        return api_
            ->post("/api/v1/namespaces/t/serviceaccounts/" + account + "/token",
                   QStringLiteral("{'spec':%1}").arg(spec))
            .text({"status", "token"});
    }

private slots:
    void init() {
        api_.emplace("secret-token,carl,u1,\"ops,devs\"\n");
        api_->makeNamespace("t");
    }

    void tokensOfAccounts() {
        const std::string good = token("{'audiences':[]}");
        const auto review = [&](const std::string& value, const QString& audiences = "[]") {
            return api_->post(
                "/apis/authentication.k8s.io/v1/tokenreviews",
                QStringLiteral("{'spec':{'token':'%1','audiences':%2}}").arg(QString::fromStdString(value), audiences));
        };
        const auto known = review(good);
        QCOMPARE(known.code, 201);
        QCOMPARE(known.at({"status", "authenticated"}), api::Json(true));
        QCOMPARE(known.text({"status", "user", "username"}), std::string("system:serviceaccount:t:default"));
        QCOMPARE(review("nonsense").text({"status", "error"}), std::string("invalid bearer token"));
        const std::string vault = token("{'audiences':['vault']}");
        QVERIFY(!api::boolAt(review(vault).body, {"status", "authenticated"}));
        QCOMPARE(api::test::print(review(vault, "['vault','x']").at({"status", "audiences"})), QString(R"(["vault"])"));
        QCOMPARE(api_->withToken(good, "/apis").code, 200);
        QCOMPARE(api_->withToken(vault, "/apis").code, 401);
        QCOMPARE(review("").brief(), QString("400 BadRequest: token is required for TokenReview in authentication"));
        QCOMPARE(api_->post("/api/v1/namespaces/t/serviceaccounts/default/token",
                            "{'spec':{'audiences':[],'expirationSeconds':60}}")
                     .message(),
                 std::string("TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid "
                             "value: 60: may not specify a duration less than 10 minutes"));
    }

    void tokensEndWithTheirPod() {
        api_->post("/api/v1/namespaces/t/pods", podText("p"));
        const std::string bound =
            token("{'audiences':[],'boundObjectRef':{'kind':'Pod','apiVersion':'v1','name':'p'}}");
        QCOMPARE(api_->withToken(bound, "/apis").code, 200);
        api_->remove("/api/v1/namespaces/t/pods/p");
        QCOMPARE(api_->withToken(bound, "/apis").code, 401);
        const auto missing = api_->post("/api/v1/namespaces/t/serviceaccounts/default/token",
                                        "{'spec':{'audiences':[],'boundObjectRef':{'kind':'Pod','name':'p'}}}");
        QCOMPARE(missing.brief(), QString("404 NotFound: pods \"p\" not found"));
        api_->post("/api/v1/namespaces/t/serviceaccounts", "{'metadata':{'name':'x'}}");
        api_->post("/api/v1/namespaces/t/pods", podText("q"));
        QCOMPARE(api_->post("/api/v1/namespaces/t/serviceaccounts/x/token",
                            "{'spec':{'audiences':[],'boundObjectRef':{'kind':'Pod','name':'q'}}}")
                     .message(),
                 std::string("cannot bind token for serviceaccount \"x\" to pod running with different serviceaccount "
                             "name."));
    }

    void otherTokens() {
        const auto who = api_->withToken("secret-token", "/api/v1/namespaces/t/pods");
        QCOMPARE(who.code, 403);
        QVERIFY(who.message().starts_with("pods is forbidden: User \"carl\" cannot list"));
        QCOMPARE(api_->withToken("secret-tokeX", "/apis").code, 401);
        const auto encoded = [](const char* text) { return QString::fromStdString(api::encodeBase64(text)); };
        const auto secret = [&](const QString& id, const QString& more) {
            return api_->post(
                "/api/v1/namespaces/kube-system/secrets",
                QStringLiteral("{'metadata':{'name':'bootstrap-token-%1'},'type':'bootstrap.kubernetes.io/"
                               "token','data':{'token-id':'%2','token-secret':'%3'%4}}")
                    .arg(id, encoded(id.toUtf8()), encoded("0123456789abcdef"), more));
        };
        const QString usage = ",'usage-bootstrap-authentication':'" + encoded("true") + "'";
        QCOMPARE(secret("abcdef", usage).code, 201);
        QCOMPARE(secret("unused", "").code, 201);
        QCOMPARE(secret("passed", usage + ",'expiration':'" + encoded("2020-01-01T00:00:00Z") + "'").code, 201);
        QCOMPARE(api_->withToken("abcdef.0123456789abcdef", "/apis").code, 200);
        QCOMPARE(api_->withToken("abcdef.0123456789abcdeX", "/apis").code, 401);
        QCOMPARE(api_->withToken("unused.0123456789abcdef", "/apis").code, 401);
        QCOMPARE(api_->withToken("passed.0123456789abcdef", "/apis").code, 401);
    }

    void accessReviews() {
        role("jane", "[{'verbs':['get'],'apiGroups':[''],'resources':['pods']}]");
        const auto ask = [&](const std::string& kind, const QString& spec, const apiserver::User& user) {
            return api_->post("/apis/authorization.k8s.io/v1/" + kind, QStringLiteral("{'spec':{%1}}").arg(spec), user);
        };
        const QString pods = "'resourceAttributes':{'namespace':'t','verb':'get','resource':'pods'}";
        const auto jane = ApiUnderTest::named("jane");
        QCOMPARE(ask("selfsubjectaccessreviews", pods, jane).at({"status", "allowed"}), api::Json(true));
        QCOMPARE(ask("selfsubjectaccessreviews", QString(pods).replace("get", "list"), jane).at({"status", "allowed"}),
                 api::Json(false));
        QCOMPARE(ask("subjectaccessreviews", pods + ",'user':'jane'", ApiUnderTest::admin()).text({"status", "reason"}),
                 std::string("RBAC: allowed by ClusterRoleBinding \"of-jane\" of ClusterRole \"of-jane\""));
        QCOMPARE(ask("subjectaccessreviews", pods, ApiUnderTest::admin()).brief(),
                 QString("422 Invalid: SubjectAccessReview.authorization.k8s.io \"\" is invalid: spec.user: Invalid "
                         "value: \"\": at least one of user or group must be specified [FieldValueInvalid spec.user: "
                         "Invalid value: \"\": at least one of user or group must be specified]"));
        QCOMPARE(api_->post("/apis/authorization.k8s.io/v1/namespaces/other/localsubjectaccessreviews",
                            QStringLiteral("{'spec':{%1,'user':'jane'}}").arg(pods))
                     .code,
                 422);
        const auto rules = ask("selfsubjectrulesreviews", "'namespace':'t'", jane);
        QVERIFY(api::test::print(rules.at({"status", "resourceRules"})).contains(R"("resources":["pods"])"));
        const auto self = api_->post("/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}", jane);
        QCOMPARE(self.text({"status", "userInfo", "username"}), std::string("jane"));
    }

    void impersonation() {
        role("imp", "[{'verbs':['impersonate'],'apiGroups':[''],'resources':['users'],'resourceNames':['jane']},"
                    "{'verbs':['impersonate'],'apiGroups':['authentication.k8s.io'],'resources':['userextras/scopes'],"
                    "'resourceNames':['view']}]");
        apiserver::Request request;
        request.trustedUser = ApiUnderTest::named("imp");
        request.method = "POST";
        request.target = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
        request.body = "{}";
        readImpersonation(request, "Impersonate-User", "jane");
        QCOMPARE(api_->ask(request).text({"status", "userInfo", "username"}), std::string("jane"));
        readImpersonation(request, "impersonate-extra-Scopes", "view");
        QCOMPARE(api::test::print(api_->ask(request).at({"status", "userInfo", "extra"})),
                 QString(R"({"scopes":["view"]})"));
        readImpersonation(request, "Impersonate-Uid", "7");
        QCOMPARE(api_->ask(request).message(),
                 std::string("uids.authentication.k8s.io \"7\" is forbidden: User \"imp\" cannot impersonate resource "
                             "\"uids\" in API group \"authentication.k8s.io\" at the cluster scope"));
    }

    void nobodyGrantsWhatTheyDoNotHave() {
        role("boss", "[{'verbs':['create','update','get'],'apiGroups':['rbac.authorization.k8s.io'],'resources':['*']},"
                     "{'verbs':['get'],'apiGroups':[''],'resources':['pods']}]");
        const auto boss = ApiUnderTest::named("boss");
        const auto make = [&](const QString& name, const QString& verbs) {
            return api_
                ->post("/apis/rbac.authorization.k8s.io/v1/namespaces/t/roles",
                       QStringLiteral("{'metadata':{'name':'%1'},'rules':[{'verbs':%2,'apiGroups':[''],'resources':["
                                      "'pods']}]}")
                           .arg(name, verbs),
                       boss)
                .brief();
        };
        QCOMPARE(make("same", "['get']"), QString("201"));
        QCOMPARE(make("more", "['get','list','delete']"),
                 QString("403 Forbidden: roles.rbac.authorization.k8s.io \"more\" is forbidden: user \"boss\" "
                         "(groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently "
                         "held:\n{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"list\" \"delete\"]}"));
        const auto bind = [&](const QString& role) {
            return api_
                ->post("/apis/rbac.authorization.k8s.io/v1/namespaces/t/rolebindings",
                       QStringLiteral("{'metadata':{'name':'b-%1'},'roleRef':{'kind':'ClusterRole','name':'%1'},"
                                      "'subjects':[{'kind':'User','name':'x'}]}")
                           .arg(role),
                       boss)
                .brief();
        };
        QVERIFY(bind("admin").startsWith("403 Forbidden: rolebindings.rbac.authorization.k8s.io \"b-admin\" is "
                                         "forbidden: user \"boss\""));
        QCOMPARE(bind("of-boss"), QString("201"));
        QCOMPARE(bind("none"), QString("404 NotFound: clusterroles.rbac.authorization.k8s.io \"none\" not found"));
    }

    void evictionAsksTheBudget() {
        const std::string pods = "/api/v1/namespaces/t/pods";
        const QString labelled = podText("p").replace("'name':'p'", "'name':'p','labels':{'a':'b'}");
        api_->post(pods, labelled);
        api_->merge(pods + "/p/status",
                    "{'status':{'phase':'Running','conditions':[{'type':'Ready','status':'True'}]}}");
        const std::string budgets = "/apis/policy/v1/namespaces/t/poddisruptionbudgets";
        QCOMPARE(api_->post(budgets, "{'metadata':{'name':'b'},'spec':{'minAvailable':1,'selector':{'matchLabels':{"
                                     "'a':'b'}}}}")
                     .code,
                 201);
        const auto evict = [&](const QString& more = {}) {
            return api_->post(pods + "/p/eviction", QStringLiteral("{'metadata':{'name':'p'}%1}").arg(more));
        };
        QCOMPARE(evict().brief(),
                 QString("429 TooManyRequests: Cannot evict pod as it would violate the pod's disruption budget. "
                         "[DisruptionBudget : The disruption budget b is still being processed by the server.]"));
        const auto say = [&](const QString& status) {
            QCOMPARE(api_->merge(budgets + "/b/status", QStringLiteral("{'status':%1}").arg(status)).code, 200);
        };
        say("{'observedGeneration':1,'disruptionsAllowed':0,'currentHealthy':1,'desiredHealthy':1,'expectedPods':1}");
        QCOMPARE(evict().brief(),
                 QString("429 TooManyRequests: Cannot evict pod as it would violate the pod's disruption budget. "
                         "[DisruptionBudget : The disruption budget b needs 1 healthy pods and has 1 currently]"));
        say("{'disruptionsAllowed':1,'desiredHealthy':0}");
        QCOMPARE(evict(",'deleteOptions':{'dryRun':['All']}").code, 201);
        QCOMPARE(api_->get(pods + "/p").code, 200);
        QCOMPARE(evict(",'deleteOptions':{'preconditions':{'uid':'other'}}").code, 409);
        QCOMPARE(evict().code, 201);
        QCOMPARE(api_->get(pods + "/p").code, 404);
        const auto budget = api_->get(budgets + "/b");
        QCOMPARE(budget.at({"status", "disruptionsAllowed"}), api::Json(0));
        QVERIFY(!budget.text({"status", "disruptedPods", "p"}).empty());
    }

    void anEvictedPodSaysWhyItEnds() {
        const std::string pods = "/api/v1/namespaces/t/pods";
        api_->post(pods, podText("e").replace("'name':'e'", "'name':'e','finalizers':['a.b/c']"));
        const std::string version = api_->get(pods + "/e").text({"metadata", "resourceVersion"});
        const auto evict = [&](const QString& version) {
            return api_->post(pods + "/e/eviction",
                              QStringLiteral("{'metadata':{'name':'e'},'deleteOptions':{'preconditions':{"
                                             "'resourceVersion':'%1'}}}")
                                  .arg(version));
        };
        QCOMPARE(evict("1").code, 409);
        QCOMPARE(evict(QString::fromStdString(version)).brief(), QString("201"));
        const auto pod = api_->get(pods + "/e");
        QVERIFY(!pod.text({"metadata", "deletionTimestamp"}).empty());
        const api::Json condition = pod.at({"status", "conditions"}).at(0);
        QCOMPARE(std::string(api::stringAt(condition, {"type"})), std::string("DisruptionTarget"));
        QCOMPARE(std::string(api::stringAt(condition, {"reason"})), std::string("EvictionByEvictionAPI"));
    }

    void bindingHappensOnce() {
        const std::string pods = "/api/v1/namespaces/t/pods";
        api_->post(pods, podText("p"));
        api_->post(pods, podText("gated", ",'schedulingGates':[{'name':'a.b/c'}]"));
        const QString to = "{'metadata':{'name':'%1'},'target':{'kind':'Node','name':'n1'}}";
        QCOMPARE(api_->post("/api/v1/namespaces/t/bindings", to.arg("p")).code, 201);
        QCOMPARE(api_->get(pods + "/p").text({"spec", "nodeName"}), std::string("n1"));
        QCOMPARE(api_->post(pods + "/p/binding", to.arg("p")).message(),
                 std::string("Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node "
                             "\"n1\""));
        QCOMPARE(api_->post(pods + "/gated/binding", to.arg("gated")).message(),
                 std::string("Operation cannot be fulfilled on pods/binding \"gated\": pod gated has non-empty "
                             ".spec.schedulingGates"));
        QCOMPARE(api_->post(pods + "/gated/binding", "{'metadata':{'name':'gated'},'target':{'kind':'Node'}}").brief(),
                 QString("422 Invalid: Binding \"gated\" is invalid: target.name: Required value [FieldValueRequired "
                         "target.name: Required value]"));
    }

    void servicesDropWhatTheirNewTypeLacks() {
        const std::string services = "/api/v1/namespaces/t/services", ip = "/apis/networking.k8s.io/v1/ipaddresses/";
        const auto made = api_->post(services, "{'metadata':{'name':'s'},'spec':{'type':'NodePort','sessionAffinity':"
                                               "'ClientIP','ports':[{'port':80}]}}");
        QCOMPARE(made.code, 201);
        const std::string address = made.text({"spec", "clusterIP"});
        QCOMPARE(api_->get(ip + address).text({"spec", "parentRef", "name"}), std::string("s"));
        QCOMPARE(api::test::print(made.at({"status"})), QString(R"({"loadBalancer":{}})"));
        const auto calm = api_->merge(services + "/s", "{'spec':{'sessionAffinity':'None'}}");
        QCOMPARE(calm.code, 200);
        QVERIFY(calm.at({"spec", "sessionAffinityConfig"}).is_null());
        const auto inner = api_->merge(services + "/s", "{'spec':{'type':'ClusterIP'}}");
        QCOMPARE(inner.code, 200);
        QCOMPARE(inner.text({"spec", "clusterIP"}), address);
        QVERIFY(!inner.at({"spec", "ports"}).as_array()[0].as_object().contains("nodePort"));
        const auto outer = api_->merge(services + "/s", "{'spec':{'type':'ExternalName','externalName':'a.b'}}");
        QCOMPARE(outer.brief(), QString("200"));
        QVERIFY(outer.at({"spec", "clusterIP"}).is_null());
        QCOMPARE(api_->get(ip + address).code, 404);
        QCOMPARE(api_->merge(services + "/s", "{'spec':{'type':'ClusterIP','externalName':null}}").brief(),
                 QString("200"));
        const std::string next = api_->get(services + "/s").text({"spec", "clusterIP"});
        QCOMPARE(api_->get(ip + next).code, 200);
        api_->remove(services + "/s");
        QCOMPARE(api_->get(ip + next).code, 404);
    }

    void serviceRanges() {
        const std::string ranges = "/apis/networking.k8s.io/v1/servicecidrs";
        QCOMPARE(api::test::print(api_->get(ranges + "/kubernetes").at({"spec", "cidrs"})),
                 QString(R"(["10.96.0.0/16"])"));
        QCOMPARE(api_->get("/apis/networking.k8s.io/v1/ipaddresses/10.96.0.1").code, 200);
        const QString service = "{'metadata':{'name':'s'},'spec':{'clusterIP':'10.200.0.7','ports':[{'port':80}]}}";
        QCOMPARE(api_->post("/api/v1/namespaces/t/services", service).code, 422);
        const auto made = api_->post(ranges, "{'metadata':{'name':'more'},'spec':{'cidrs':['10.200.0.0/24']}}");
        QCOMPARE(made.code, 201);
        QVERIFY(api::test::print(made.at({"status", "conditions"})).contains(R"("type":"Ready","status":"True")"));
        QCOMPARE(api_->post("/api/v1/namespaces/t/services", service).code, 201);
    }
};

QTEST_GUILESS_MAIN(AccessTest)
#include "access_test.moc"
