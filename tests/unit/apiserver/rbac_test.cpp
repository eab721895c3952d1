#include "cluster/api/bootstrap.h"
#include "cluster/apiserver/authorization/node_authorizer.h"
#include "cluster/apiserver/authorization/rbac_authorizer.h"

#include <QtTest>
#include <atomic>
#include <thread>

using namespace slipway;
using namespace slipway::apiserver::authorization;

namespace {

/// "get pods/log in default named web" as attributes: verb, resource[/subresource][.group], then namespace and name.
Attributes ask(const std::string& user, const std::string& verb, std::string resource, const std::string& ns = {},
               const std::string& name = {}) {
    Attributes attributes;
    attributes.user = user;
    attributes.groups = {"system:authenticated"};
    attributes.verb = verb;
    if (const auto dot = resource.find('.'); dot != resource.npos) {
        attributes.group = resource.substr(dot + 1);
        resource.erase(dot);
    }
    if (const auto slash = resource.find('/'); slash != resource.npos) {
        attributes.subresource = resource.substr(slash + 1);
        resource.erase(slash);
    }
    attributes.version = "v1";
    attributes.resource = resource;
    attributes.ns = ns;
    attributes.name = name;
    return attributes;
}

/// What is called "mine" belongs to node one.
class TwoNodes final : public NodeAuthorizer::Pods {
    std::optional<std::string> nodeOf(const std::string&, const std::string& pod) const override {
        return pod == "mine" ? "one" : "two";
    }
    bool refers(const std::string& node, std::string_view, const std::string&, const std::string& name) const override {
        return (name == "mine") == (node == "one");
    }
};

Attributes askPath(const std::string& user, const std::string& path) {
    Attributes attributes;
    attributes.user = user;
    attributes.groups = {"system:authenticated"};
    attributes.verb = "get";
    attributes.nonResourcePath = path;
    return attributes;
}

api::JsonObject object(const char* text) {
    auto parsed = api::parseJson(text);
    if (!parsed)
        qFatal("%s", parsed.error().message.c_str());
    return parsed->as_object();
}

bool allows(const Authorizer& authorizer, const Attributes& attributes) {
    return authorizer.authorize(attributes).verdict == Verdict::allowed;
}

/// The policy every cluster starts with.
void loadBootstrapPolicy(RbacAuthorizer& rbac) {
    const auto policy = api::parseJson(api::bootstrapPolicyJson());
    const std::pair<const char*, const char*> lists[] = {{"clusterRoles", "clusterroles"},
                                                         {"clusterRoleBindings", "clusterrolebindings"},
                                                         {"roles", "roles"},
                                                         {"roleBindings", "rolebindings"}};
    for (const auto& [member, resource] : lists) {
        for (const api::Json& brief : policy->at(member).as_array()) {
            api::JsonObject whole = brief.as_object(), metadata;
            for (const char* name : {"name", "namespace", "labels"}) {
                if (const auto* value = whole.if_contains(name))
                    metadata[name] = *value;
            }
            whole["metadata"] = metadata;
            const auto done = rbac.upsert(resource, whole);
            if (!done)
                qFatal("%s: %s", done.error().path.c_str(), done.error().message.c_str());
        }
    }
}

void addRole(RbacAuthorizer& rbac, const std::string& name, const std::string& rules) {
    QVERIFY(rbac.upsert("clusterroles", {{"metadata", {{"name", name}}}, {"rules", *api::parseJson(rules)}}));
}

void bindRole(RbacAuthorizer& rbac, const std::string& ns, const std::string& roleKind, const std::string& role,
              const std::string& name, const std::string& subjects) {
    QVERIFY(rbac.upsert(ns.empty() ? "clusterrolebindings" : "rolebindings",
                        {{"metadata", {{"name", name}, {"namespace", ns}}},
                         {"roleRef", {{"kind", roleKind}, {"name", role}}},
                         {"subjects", *api::parseJson(subjects)}}));
}

std::string userNamed(const std::string& name) {
    return api::printJson(api::Json(api::JsonArray{api::JsonObject{{"kind", "User"}, {"name", name}}}));
}

void bindUser(RbacAuthorizer& rbac, const std::string& role, const std::string& user) {
    bindRole(rbac, "", "ClusterRole", role, role + "-" + user, userNamed(user));
}

} // namespace

class RbacTest : public QObject {
    Q_OBJECT

private slots:
    void nobodyMayAnythingAtFirst() {
        const RbacAuthorizer rbac;
        QVERIFY(rbac.authorize(ask("jane", "get", "pods", "default")).verdict == Verdict::noOpinion);
        QVERIFY(!allows(rbac, askPath("jane", "/healthz")));
    }

    void mastersMayEverything() {
        const RbacAuthorizer rbac;
        auto attributes = ask("root", "delete", "nodes");
        attributes.groups.push_back("system:masters");
        QVERIFY(allows(rbac, attributes));
    }

    void rulesMatch_data() {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("verb");
        QTest::addColumn<QString>("resource");
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("allowed");
        const char* pods = R"({"verbs":["get","list"],"apiGroups":[""],"resources":["pods"]})";
        QTest::newRow("exact") << pods << "get" << "pods" << "a" << true;
        QTest::newRow("other verb") << pods << "watch" << "pods" << "" << false;
        QTest::newRow("other resource") << pods << "get" << "secrets" << "a" << false;
        QTest::newRow("other group") << pods << "get" << "pods.metrics.k8s.io" << "a" << false;
        QTest::newRow("subresource is not the resource") << pods << "get" << "pods/log" << "a" << false;
        const char* log = R"({"verbs":["*"],"apiGroups":[""],"resources":["pods/log"]})";
        QTest::newRow("subresource") << log << "get" << "pods/log" << "a" << true;
        QTest::newRow("resource is not the subresource") << log << "get" << "pods" << "a" << false;
        QTest::newRow("other subresource") << log << "get" << "pods/exec" << "a" << false;
        const char* scale = R"({"verbs":["patch"],"apiGroups":["*"],"resources":["*/scale"]})";
        QTest::newRow("subresource of any") << scale << "patch" << "deployments/scale.apps" << "a" << true;
        QTest::newRow("not another of any") << scale << "patch" << "deployments/status.apps" << "a" << false;
        QTest::newRow("not the resources themselves") << scale << "patch" << "deployments.apps" << "a" << false;
        const char* all = R"({"verbs":["*"],"apiGroups":["*"],"resources":["*"]})";
        QTest::newRow("everything") << all << "delete" << "nodes" << "a" << true;
        QTest::newRow("every subresource") << all << "get" << "pods/log" << "a" << true;
        const char* named = R"({"verbs":["*"],"apiGroups":[""],"resources":["configmaps"],"resourceNames":["x"]})";
        QTest::newRow("named") << named << "get" << "configmaps" << "x" << true;
        QTest::newRow("other name") << named << "get" << "configmaps" << "y" << false;
        QTest::newRow("no name") << named << "list" << "configmaps" << "" << false;
        QTest::newRow("paths are no resources")
            << R"({"verbs":["*"],"nonResourceURLs":["*"]})" << "get" << "pods" << "a" << false;
    }
    void rulesMatch() {
        QFETCH(QString, rule);
        QFETCH(QString, verb);
        QFETCH(QString, resource);
        QFETCH(QString, name);
        RbacAuthorizer rbac;
        addRole(rbac, "r", "[" + rule.toStdString() + "]");
        bindUser(rbac, "r", "jane");
        QTEST(allows(rbac, ask("jane", verb.toStdString(), resource.toStdString(), "default", name.toStdString())),
              "allowed");
        QVERIFY(!allows(rbac, ask("joe", verb.toStdString(), resource.toStdString(), "default", name.toStdString())));
    }

    void pathsMatch() {
        RbacAuthorizer rbac;
        // Not a raw text: moc would take the slash and star in one for a comment.
        addRole(rbac, "r", "[{\"verbs\":[\"get\"],\"nonResourceURLs\":[\"/version\",\"/apis/*\"]}]");
        bindUser(rbac, "r", "jane");
        QVERIFY(allows(rbac, askPath("jane", "/version")));
        QVERIFY(allows(rbac, askPath("jane", "/apis/apps/v1")));
        QVERIFY(!allows(rbac, askPath("jane", "/apis")));
        QVERIFY(!allows(rbac, askPath("jane", "/version/")));
        QVERIFY(!allows(rbac, askPath("joe", "/version")));
    }

    void aRoleBindingReachesItsNamespaceOnly() {
        RbacAuthorizer rbac;
        addRole(rbac, "r", R"([{"verbs":["*"],"apiGroups":["*"],"resources":["*"]},
                               {"verbs":["get"],"nonResourceURLs":["*"]}])");
        QVERIFY(rbac.upsert("rolebindings", object(R"({"metadata":{"name":"b","namespace":"one"},
            "roleRef":{"kind":"ClusterRole","name":"r"},"subjects":[{"kind":"User","name":"jane"},
            {"kind":"ServiceAccount","name":"bot"},{"kind":"ServiceAccount","name":"bot","namespace":"two"},
            {"kind":"Group","name":"devs"}]})")));
        for (const char* user : {"jane", "system:serviceaccount:one:bot", "system:serviceaccount:two:bot"}) {
            QVERIFY(allows(rbac, ask(user, "get", "pods", "one", "a")));
            QVERIFY(!allows(rbac, ask(user, "get", "pods", "two", "a")));
            QVERIFY(!allows(rbac, ask(user, "list", "pods")));
            QVERIFY(!allows(rbac, ask(user, "get", "nodes")));
            QVERIFY(!allows(rbac, askPath(user, "/metrics")));
        }
        QVERIFY(!allows(rbac, ask("system:serviceaccount:three:bot", "get", "pods", "one", "a")));
        auto member = ask("max", "get", "pods", "one", "a");
        QVERIFY(!allows(rbac, member));
        member.groups.push_back("devs");
        QVERIFY(allows(rbac, member));
    }

    void aRoleIsOfItsNamespace() {
        RbacAuthorizer rbac;
        QVERIFY(rbac.upsert("roles", object(R"({"metadata":{"name":"r","namespace":"one"},
            "rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]})")));
        for (const char* ns : {"one", "two"}) {
            bindRole(rbac, ns, "Role", "r", "b", userNamed("jane"));
        }
        QVERIFY(allows(rbac, ask("jane", "get", "pods", "one", "a")));
        QVERIFY(!allows(rbac, ask("jane", "get", "pods", "two", "a")));
    }

    void changesTakeEffectAtOnce() {
        RbacAuthorizer rbac;
        const auto question = ask("jane", "get", "pods", "default", "a");
        bindUser(rbac, "r", "jane");
        QVERIFY(!allows(rbac, question));
        addRole(rbac, "r", R"([{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}])");
        QVERIFY(allows(rbac, question));
        addRole(rbac, "r", R"([{"verbs":["list"],"apiGroups":[""],"resources":["pods"]}])");
        QVERIFY(!allows(rbac, question));
        addRole(rbac, "r", R"([{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}])");
        rbac.remove("clusterrolebindings", "", "r-jane");
        QVERIFY(!allows(rbac, question));
    }

    void whatCannotBeReadGrantsNothing() {
        RbacAuthorizer rbac;
        addRole(rbac, "r", R"([{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}])");
        bindUser(rbac, "r", "jane");
        const auto failed = rbac.upsert("clusterroles", object(R"({"metadata":{"name":"r"},"rules":"all"})"));
        QVERIFY(!failed);
        QCOMPARE(failed.error().path, std::string("rules"));
        QVERIFY(!allows(rbac, ask("jane", "get", "pods", "default", "a")));
    }

    void rolesAggregateThroughLabels() {
        RbacAuthorizer rbac;
        QVERIFY(rbac.upsert("clusterroles", object(R"({"metadata":{"name":"sum","labels":{"to":"sum"}},
            "aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"to":"sum"}}]},
            "rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]})")));
        bindUser(rbac, "sum", "jane");
        QVERIFY(!allows(rbac, ask("jane", "get", "widgets.example.org", "default", "a")));
        QVERIFY(rbac.upsert("clusterroles", object(R"({"metadata":{"name":"part","labels":{"to":"sum"}},
            "rules":[{"verbs":["get"],"apiGroups":["example.org"],"resources":["widgets"]}]})")));
        QVERIFY(allows(rbac, ask("jane", "get", "widgets.example.org", "default", "a")));
        QVERIFY(!allows(rbac, ask("jane", "get", "pods", "default", "a")));
        QCOMPARE(rbac.rulesOfClusterRole("sum").size(), std::size_t(1));
    }

    void theBootstrapPolicyIsKubernetes() {
        RbacAuthorizer rbac;
        loadBootstrapPolicy(rbac);
        QVERIFY(allows(rbac, askPath("jane", "/apis/apps/v1")));
        QVERIFY(!allows(rbac, askPath("jane", "/metrics")));
        QVERIFY(!allows(rbac, ask("jane", "list", "pods", "default")));
        QVERIFY(allows(rbac, ask("jane", "create", "selfsubjectaccessreviews.authorization.k8s.io")));
        QVERIFY(allows(rbac, ask("system:kube-scheduler", "create", "pods/binding", "default", "a")));
        QVERIFY(!allows(rbac, ask("system:kube-scheduler", "delete", "secrets", "default", "a")));
        const std::string deployments = "system:serviceaccount:kube-system:deployment-controller";
        QVERIFY(allows(rbac, ask(deployments, "create", "replicasets.apps", "default")));
        QVERIFY(!allows(rbac, ask(deployments, "get", "secrets", "default", "a")));
        for (const char* role : {"admin", "edit", "view"}) {
            bindRole(rbac, "default", "ClusterRole", role, role, userNamed(role));
            QVERIFY(allows(rbac, ask(role, "list", "pods", "default")));
            QVERIFY(!allows(rbac, ask(role, "list", "pods", "other")));
        }
        QVERIFY(allows(rbac, ask("edit", "create", "deployments.apps", "default")));
        QVERIFY(!allows(rbac, ask("view", "create", "deployments.apps", "default")));
        QVERIFY(!allows(rbac, ask("view", "get", "secrets", "default", "a")));
        QVERIFY(allows(rbac, ask("admin", "create", "rolebindings.rbac.authorization.k8s.io", "default")));
        QVERIFY(!allows(rbac, ask("edit", "create", "rolebindings.rbac.authorization.k8s.io", "default")));
    }

    void rulesForListsWhatAUserMay() {
        RbacAuthorizer rbac;
        addRole(rbac, "r", R"([{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}])");
        bindUser(rbac, "r", "jane");
        const auto rules = rbac.rulesFor("jane", {}, "default");
        QCOMPARE(rules.size(), std::size_t(1));
        QCOMPARE(rules[0].resources, std::vector<std::string>{"pods"});
        QVERIFY(rbac.rulesFor("joe", {}, "default").empty());
    }

    void readingAndChangingAtOnce() {
        RbacAuthorizer rbac;
        addRole(rbac, "fixed", R"([{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}])");
        bindUser(rbac, "fixed", "jane");
        std::atomic<bool> stop = false;
        std::atomic<int> refused = 0;
        std::vector<std::thread> readers;
        for (int i = 0; i < 3; ++i) {
            readers.emplace_back([&] {
                while (!stop)
                    refused += allows(rbac, ask("jane", "get", "pods", "default", "a")) ? 0 : 1;
            });
        }
        for (int i = 0; i < 300; ++i) {
            addRole(rbac, "other", "[]");
            rbac.remove("clusterroles", "", "other");
        }
        stop = true;
        for (std::thread& reader : readers)
            reader.join();
        QCOMPARE(refused.load(), 0);
    }

    void nodesWriteWhatIsTheirs_data() {
        QTest::addColumn<QString>("verb");
        QTest::addColumn<QString>("resource");
        QTest::addColumn<QString>("ns");
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("allowed");
        QTest::newRow("list pods") << "list" << "pods" << "" << "" << true;
        QTest::newRow("watch slices") << "watch" << "endpointslices.discovery.k8s.io" << "" << "" << true;
        QTest::newRow("secret of a pod") << "get" << "secrets" << "a" << "mine" << true;
        QTest::newRow("other secret") << "get" << "secrets" << "a" << "theirs" << false;
        QTest::newRow("all secrets") << "list" << "secrets" << "a" << "" << false;
        QTest::newRow("config map of a pod") << "watch" << "configmaps" << "a" << "mine" << true;
        QTest::newRow("other config map") << "get" << "configmaps" << "a" << "theirs" << false;
        QTest::newRow("claim of a pod") << "get" << "persistentvolumeclaims" << "a" << "mine" << true;
        QTest::newRow("other volume") << "get" << "persistentvolumes" << "" << "theirs" << false;
        QTest::newRow("mirror pod") << "create" << "pods" << "kube-system" << "" << true;
        QTest::newRow("register") << "create" << "nodes" << "" << "" << true;
        QTest::newRow("own status") << "patch" << "nodes/status" << "" << "one" << true;
        QTest::newRow("other status") << "patch" << "nodes/status" << "" << "two" << false;
        QTest::newRow("delete node") << "delete" << "nodes" << "" << "one" << false;
        QTest::newRow("own lease") << "update" << "leases.coordination.k8s.io" << "kube-node-lease" << "one" << true;
        QTest::newRow("other lease") << "update" << "leases.coordination.k8s.io" << "kube-node-lease" << "two" << false;
        QTest::newRow("lease elsewhere") << "update" << "leases.coordination.k8s.io" << "default" << "one" << false;
        QTest::newRow("own pod's status") << "patch" << "pods/status" << "default" << "mine" << true;
        QTest::newRow("other pod's status") << "patch" << "pods/status" << "default" << "theirs" << false;
        QTest::newRow("delete own pod") << "delete" << "pods" << "default" << "mine" << true;
        QTest::newRow("delete other pod") << "delete" << "pods" << "default" << "theirs" << false;
        QTest::newRow("token") << "create" << "serviceaccounts/token" << "default" << "mine" << true;
        QTest::newRow("other token") << "create" << "serviceaccounts/token" << "default" << "theirs" << false;
        QTest::newRow("write secret") << "create" << "secrets" << "default" << "" << false;
        QTest::newRow("deployments") << "list" << "deployments.apps" << "" << "" << false;
    }
    void nodesWriteWhatIsTheirs() {
        QFETCH(QString, verb);
        QFETCH(QString, resource);
        QFETCH(QString, ns);
        QFETCH(QString, name);
        const NodeAuthorizer nodes(std::make_shared<TwoNodes>());
        auto attributes =
            ask("system:node:one", verb.toStdString(), resource.toStdString(), ns.toStdString(), name.toStdString());
        QVERIFY(!allows(nodes, attributes));
        attributes.groups.push_back("system:nodes");
        QTEST(allows(nodes, attributes), "allowed");
        attributes.user = "jane";
        QVERIFY(!allows(nodes, attributes));
    }

    void theFirstOpinionDecides() {
        auto rbac = std::make_shared<RbacAuthorizer>();
        auto nodes = std::make_shared<NodeAuthorizer>(std::make_shared<TwoNodes>());
        const AuthorizerChain chain({nodes, rbac});
        auto attributes = ask("system:node:one", "list", "pods");
        attributes.groups.push_back("system:nodes");
        QVERIFY(allows(chain, attributes));
        addRole(*rbac, "r", R"([{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}])");
        bindUser(*rbac, "r", "jane");
        QVERIFY(allows(chain, ask("jane", "get", "pods", "default", "a")));
        QVERIFY(!allows(chain, ask("jane", "delete", "pods", "default", "a")));
    }

    void refusalsReadLikeKubernetes() {
        QCOMPARE(forbiddenMessage(ask("x", "list", "pods", "default")),
                 std::string("pods is forbidden: User \"x\" cannot list resource \"pods\" in API group \"\" in the "
                             "namespace \"default\""));
        QCOMPARE(forbiddenMessage(ask("x", "get", "deployments/scale.apps", "default", "web")),
                 std::string("deployments.apps \"web\" is forbidden: User \"x\" cannot get resource "
                             "\"deployments/scale\" in API group \"apps\" in the namespace \"default\""));
        QCOMPARE(forbiddenMessage(ask("x", "list", "nodes")),
                 std::string("nodes is forbidden: User \"x\" cannot list resource \"nodes\" in API group \"\" at the "
                             "cluster scope"));
        QCOMPARE(forbiddenMessage(askPath("a\"b", "/metrics")),
                 std::string("forbidden: User \"a\\\"b\" cannot get path \"/metrics\""));
    }
};

QTEST_GUILESS_MAIN(RbacTest)
#include "rbac_test.moc"
