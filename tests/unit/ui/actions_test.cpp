// What can be done from the window, without a window: who may, signing requests, node shells, copies, forms, the past
// from a Prometheus, lists that come by pages.
#include "tests/unit/ui/fake_server.h"
#include "ui/access/who_can.h"
#include "ui/actions/copy_dialog.h"
#include "ui/actions/node_shell.h"
#include "ui/charts/prometheus.h"
#include "ui/editor/schema_form.h"
#include "ui/resources/list_tap.h"
#include "ui/resources/object_actions.h"

#include <QCheckBox>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace slipway;
using namespace slipway::ui;

namespace {

api::Json value(const char* json) {
    return *api::parseJson(json);
}
std::vector<api::Json> values(std::initializer_list<const char*> all) {
    std::vector<api::Json> made;
    for (const char* json : all)
        made.push_back(value(json));
    return made;
}

RbacObjects team() {
    RbacObjects rbac;
    rbac.clusterRoles = values(
        {R"({"metadata":{"name":"admin"},"rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]})",
         R"({"metadata":{"name":"view"},"rules":[{"verbs":["get","list"],"apiGroups":["","apps"],"resources":["pods","pods/log","deployments"]}]})",
         R"({"metadata":{"name":"scaler"},"rules":[{"verbs":["update"],"apiGroups":["apps"],"resources":["*/scale"]}]})"});
    rbac.clusterRoleBindings = values(
        {R"({"metadata":{"name":"root"},"roleRef":{"kind":"ClusterRole","name":"admin"},"subjects":[{"kind":"Group","name":"system:masters"}]})",
         R"({"metadata":{"name":"lost"},"roleRef":{"kind":"ClusterRole","name":"gone"},"subjects":[{"kind":"User","name":"nobody"}]})"});
    rbac.roles = values(
        {R"({"metadata":{"name":"one","namespace":"shop"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["secrets"],"resourceNames":["db"]}]})"});
    rbac.roleBindings = values(
        {R"({"metadata":{"name":"watchers","namespace":"shop"},"roleRef":{"kind":"ClusterRole","name":"view"},"subjects":[{"kind":"ServiceAccount","name":"ci","namespace":"build"},{"kind":"User","name":"ann"}]})",
         R"({"metadata":{"name":"db","namespace":"shop"},"roleRef":{"kind":"Role","name":"one"},"subjects":[{"kind":"User","name":"ann"}]})"});
    return rbac;
}

QStringList names(const std::vector<Holder>& holders) {
    QStringList all;
    for (const Holder& holder : holders)
        all << holder.name;
    return all;
}

Schema widget() {
    static const auto document = std::make_shared<const api::Json>(value(R"({"components":{"schemas":{
      "Widget":{"type":"object","required":["spec"],"properties":{"apiVersion":{"type":"string"},"kind":{"type":"string"},
        "metadata":{"type":"object","properties":{"name":{"type":"string"},"uid":{"type":"string"},"labels":{"type":"object","additionalProperties":{"type":"string"}}}},
        "spec":{"type":"object","required":["size","parts"],"properties":{"size":{"type":"string","enum":["small","large"]},"count":{"type":"integer","description":"How many."},
          "ratio":{"type":"number"},"on":{"type":"boolean"},"port":{"x-kubernetes-int-or-string":true},
          "parts":{"type":"array","items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"note":{"type":"string"}}}}}},
        "status":{"type":"object"}}}}}})"));
    return Schema(document, api::find(*document, {"components", "schemas", "Widget"}));
}

} // namespace

class ActionsTest : public QObject {
    Q_OBJECT
private slots:
    void everybodyWhoMayIsFound() {
        const RbacObjects rbac = team();
        QCOMPARE(names(whoCan(rbac, {"get", "apps", "deployments", "", "shop"})),
                 (QStringList{"system:masters", "ci", "ann"}));
        QCOMPARE(names(whoCan(rbac, {"get", "apps", "deployments", "", ""})), QStringList{"system:masters"});
        QCOMPARE(names(whoCan(rbac, {"delete", "apps", "deployments", "", "shop"})), QStringList{"system:masters"});
        QCOMPARE(names(whoCan(rbac, {"get", "", "pods", "log", "shop"})), (QStringList{"system:masters", "ci", "ann"}));
        QCOMPARE(names(whoCan(rbac, {"get", "", "pods", "exec", "shop"})), QStringList{"system:masters"});
        const auto secrets = whoCan(rbac, {"get", "", "secrets", "", "shop"});
        QCOMPARE(names(secrets), (QStringList{"system:masters", "ann"}));
        QCOMPARE(secrets.back().names, QStringLiteral("db")); // only this one
        QCOMPARE(secrets.back().role, QStringLiteral("Role/one"));
        QString only;
        QVERIFY(ruleAllows(value(R"({"verbs":["update"],"apiGroups":["apps"],"resources":["*/scale"]})").get_object(),
                           {"update", "apps", "deployments", "scale", ""}, only));
        QVERIFY(!ruleAllows(value(R"({"verbs":["update"],"apiGroups":["apps"],"resources":["*/scale"]})").get_object(),
                            {"update", "apps", "deployments", "", ""}, only));
    }

    void aDecisionIsACondition() {
        const auto request = value(R"({"metadata":{"name":"node-csr"},"spec":{},"status":{}})").get_object();
        const auto approved = decided(request, true);
        QVERIFY(approved);
        QCOMPARE(api::stringAt(api::find(*approved, {"status", "conditions"})->at(0), {"type"}),
                 std::string_view("Approved"));
        QVERIFY(!decided(*approved, true)); // it stands already
        QCOMPARE(api::find(*decided(*approved, false), {"status", "conditions"})->get_array().size(), std::size_t(2));
    }

    void aNodeShellEntersTheNode() {
        const api::JsonObject pod = nodeShellPod("n1", "tools", "busybox");
        QCOMPARE(api::stringAt(pod, {"spec", "nodeName"}), std::string_view("n1"));
        QCOMPARE(api::stringAt(pod, {"metadata", "namespace"}), std::string_view("tools"));
        QVERIFY(api::boolAt(pod, {"spec", "hostPID"}));
        QVERIFY(api::intAt(pod, {"spec", "activeDeadlineSeconds"}).value_or(0) > 0); // it never stays for good
        Session remote;
        QVERIFY(nodeShellProgram(remote, "n1").isEmpty());
    }

    void copiesNameTheirCluster() {
        const QTemporaryDir folder;
        Session session;
        session.kubeconfig = QStringLiteral("/k");
        session.context = QStringLiteral("prod");
        const ObjectRef pod{findKindView(QStringLiteral("pods")), "shop", "web-1", {}};
        const QStringList from = copyArguments(session, {pod, "web", "/var/log/app.log", folder.path(), false});
        QCOMPARE(from, (QStringList{"--kubeconfig=/k", "--context=prod", "cp", "--retries=3", "-n", "shop", "-c", "web",
                                    "web-1:/var/log/app.log", folder.filePath("app.log")}));
        const QStringList to = copyArguments(session, {pod, "web", "/tmp/", "/a/b", true});
        QCOMPARE(to.mid(8), (QStringList{"/a/b", "web-1:/tmp/"}));
    }

    void newObjectsHaveWhatTheirSchemaDemands() {
        const api::JsonObject made = newObject("example.com/v1", "Widget", true, "shop", widget());
        QCOMPARE(
            api::printJson(made),
            std::string(
                R"({"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"","namespace":"shop"},"spec":{"size":"small","parts":[]}})"));
        const api::JsonObject deployment = newObject("apps/v1", "Deployment", true, "shop", {});
        QCOMPARE(api::intAt(deployment, {"spec", "replicas"}).value_or(0), std::int64_t(1));
        QCOMPARE(api::stringAt(deployment, {"metadata", "namespace"}), std::string_view("shop"));
        QCOMPARE(scalarOf(widget().property("spec").property("count"), "7"), api::Json(7));
        QCOMPARE(scalarOf(widget().property("spec").property("count"), "many"), api::Json("many"));
        QCOMPARE(scalarOf(widget().property("spec").property("port"), "http"), api::Json("http"));
        QCOMPARE(scalarOf(widget().property("spec").property("port"), "80"), api::Json(80));
        QCOMPARE(scalarOf(widget().property("metadata").property("name"), "80"), api::Json("80"));
        QVERIFY(!offeredMembers(widget(), {}).contains("status"));
        QVERIFY(!offeredMembers(widget().property("metadata"), {std::string("metadata")}).contains("uid"));
    }

    void whatIsLeftEmptyIsLeftOut() {
        const api::Json filled = value(
            R"({"metadata":{"name":"w","labels":{}},"spec":{"size":"large","count":3,"parts":[{"name":"a","note":""}]}})");
        QCOMPARE(
            api::printJson(withoutEmpty(filled, widget())),
            std::string(
                R"({"metadata":{"name":"w","labels":{}},"spec":{"size":"large","count":3,"parts":[{"name":"a"}]}})"));
        QCOMPARE(api::printJson(withoutEmpty(value(R"({"spec":{"size":"small","parts":[]}})"), widget())),
                 std::string(R"({"spec":{"size":"small","parts":[]}})")); // the schema demands them
    }

    void aFormWritesWhatIsTyped() {
        SchemaForm form;
        form.show(widget(), newObject("example.com/v1", "Widget", false, {}, widget()));
        form.resize(500, 400);
        form.QWidget::show();
        QSignalSpy edited(&form, &SchemaForm::edited);
        auto* name = qobject_cast<QLineEdit*>(form.field("metadata.name"));
        QVERIFY(name != nullptr);
        QTest::keyClicks(name, "w1");
        QCOMPARE(edited.count(), 2);
        form.add({std::string("spec")}, "count");
        form.add({std::string("spec"), std::string("parts")});
        form.add({std::string("spec")}, "on");
        QTRY_VERIFY(form.field("spec.count") != nullptr && form.field("spec.parts[0].name") != nullptr);
        auto* count = qobject_cast<QLineEdit*>(form.field("spec.count"));
        count->clear();
        QTest::keyClicks(count, "12");
        qobject_cast<QCheckBox*>(form.field("spec.on"))->setChecked(true);
        QTest::keyClicks(form.field("spec.parts[0].name"), "wheel");
        QCOMPARE(
            api::printJson(form.value()),
            std::string(
                R"({"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w1"},"spec":{"size":"small","parts":[{"name":"wheel"}],"count":12,"on":true}})"));
    }

    void prometheusIsFoundByItsLabels() {
        const auto place = prometheusAmong(value(R"([
          {"metadata":{"name":"web","namespace":"a"},"spec":{"ports":[{"port":80}]}},
          {"metadata":{"name":"prometheus-operated","namespace":"mon"},"spec":{"ports":[{"name":"web","port":9091}]}},
          {"metadata":{"name":"kps","namespace":"mon","labels":{"app.kubernetes.io/name":"prometheus"}},"spec":{"ports":[{"name":"reloader","port":8080},{"name":"http-web","port":9090}]}}])")
                                               .get_array());
        QVERIFY(place);
        QCOMPARE(*place, (PrometheusPlace{"mon", "kps", "9090"}));
        QVERIFY(!prometheusAmong(value(R"([{"metadata":{"name":"web"},"spec":{"ports":[{"port":80}]}}])").get_array()));
        QCOMPARE(cpuQuery(MetricsStore::nodeKey("n1")),
                 R"(sum(rate(container_cpu_usage_seconds_total{id="/",node="n1"}[2m])))");
        QVERIFY(cpuQuery("other").empty());
        const auto past = rangeOf(value(R"({"data":{"result":[{"values":[[30,"0.5"],[60,"0.25"]]}]}})"),
                                  value(R"({"data":{"result":[{"values":[[60,"1024"]]}]}})"));
        QCOMPARE(past.size(), std::size_t(2));
        QCOMPARE(past[0].cpu, 0.5);
        QCOMPARE(past[1].time, qint64(60'000));
        QCOMPARE(past[1].memory, 1024.0);
    }

    void thePastComesBeforeThePresent() {
        MetricsStore store(std::make_shared<Session>());
        store.take({{"pod/a/b", {100'000, 1, 1}}});
        store.takePast("pod/a/b", {{60'000, 2, 2}, {90'000, 3, 3}, {120'000, 4, 4}});
        const auto* series = store.series("pod/a/b");
        QCOMPARE(series->size(), std::size_t(3));
        QCOMPARE(series->front().time, qint64(60'000));
        QCOMPARE(series->back().time, qint64(100'000));
    }

    void pagesAreHandedOnAsTheyCome() {
        auto server = std::make_shared<tests::FakeServer>([](const client::Request& request) {
            const bool second = request.target.contains("continue=");
            return client::Response{
                200, "application/json",
                second
                    ? R"({"metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"c"}}]})"
                    : R"({"metadata":{"resourceVersion":"9","continue":"x"},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]})"};
        });
        std::vector<std::pair<std::size_t, bool>> pages;
        const client::Client tapped(std::make_shared<ListTap>(
            std::make_shared<client::Client>(server),
            [&](const api::JsonArray& page, bool first) { pages.emplace_back(page.size(), first); }));
        const auto list = tapped.listAll({"", "v1", "pods", "Pod", true}, {});
        QVERIFY(list);
        QVERIFY(list->items.empty()); // they have gone the other way
        QCOMPARE(list->resourceVersion, std::string("9"));
        QCOMPARE(pages, (std::vector<std::pair<std::size_t, bool>>{{2, true}, {1, false}}));
    }
};

QTEST_MAIN(ActionsTest)
#include "actions_test.moc"
