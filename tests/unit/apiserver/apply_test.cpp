// Server-side apply and managedFields through the API server without a socket.

#include "tests/unit/apiserver/api_under_test.h"

using namespace slipway;
using slipway::test::ApiUnderTest;

namespace {

const std::string maps = "/api/v1/namespaces/default/configmaps",
                  deployments = "/apis/apps/v1/namespaces/default/deployments";

QString text(const api::Json& value) {
    return QString::fromStdString(api::printJson(value)).replace(QLatin1String("\\\""), "'").replace(u'"', u'\'');
}

QString map(const QString& members) {
    return QStringLiteral("{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a'}%1}").arg(members);
}

QString deployment(const QString& containers, const QString& more = {}) {
    return QStringLiteral("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'a'},'spec':{%2"
                          "'selector':{'matchLabels':{'app':'a'}},'template':{'metadata':{'labels':{'app':'a'}},'spec':"
                          "{'containers':%1}}}}")
        .arg(containers, more);
}

/// "manager/operation/subresource: fields" of every entry.
QStringList owners(const ApiUnderTest::Answer& answer) {
    QStringList list;
    const api::Json entries = answer.at({"metadata", "managedFields"});
    if (entries.is_array())
        for (const api::Json& entry : entries.get_array())
            list << QString::fromStdString(std::format("{}/{}/{}: ", api::stringAt(entry, {"manager"}),
                                                       api::stringAt(entry, {"operation"}),
                                                       api::stringAt(entry, {"subresource"}))) +
                        text(*api::find(entry, {"fieldsV1"}));
    return list;
}

} // namespace

class ApplyTest : public QObject {
    Q_OBJECT

    static ApiUnderTest::Answer apply(ApiUnderTest& api, const std::string& target, const QString& body,
                                      const std::string& manager = "me", const std::string& query = {}) {
        return api.send("PATCH", target + "?fieldManager=" + manager + query, body, ApiUnderTest::admin(),
                        "application/apply-patch+yaml");
    }

private slots:
    void makesAndChanges() {
        ApiUnderTest api;
        const auto made = apply(api, maps + "/a", map(",'data':{'x':'1','y':'2'}"));
        QCOMPARE(made.brief(), "201");
        QCOMPARE(owners(made), QStringList{"me/Apply/: {'f:data':{'f:x':{},'f:y':{}}}"});
        const auto changed = apply(api, maps + "/a", map(",'data':{'x':'3'}"));
        QCOMPARE(changed.brief(), "200");
        QCOMPARE(text(changed.at({"data"})), "{'x':'3'}"); // what is applied no more is gone
        const auto same = apply(api, maps + "/a", map(",'data':{'x':'3'}"));
        QCOMPARE(same.text({"metadata", "resourceVersion"}), changed.text({"metadata", "resourceVersion"}));
    }

    void conflicts() {
        ApiUnderTest api;
        apply(api, maps + "/a", map(",'data':{'x':'1','y':'2'}"));
        const auto one = apply(api, maps + "/a", map(",'data':{'x':'9'}"), "other");
        QCOMPARE(one.brief(), "409 Conflict: Apply failed with 1 conflict: conflict with \"me\": .data.x "
                              "[FieldManagerConflict .data.x: conflict with \"me\"]");
        const auto two = apply(api, maps + "/a", map(",'data':{'x':'9','y':'9'}"), "other");
        QCOMPARE(two.message(), "Apply failed with 2 conflicts: conflicts with \"me\":\n- .data.x\n- .data.y");
        QCOMPARE(apply(api, maps + "/a", map(",'data':{'x':'1'}"), "other").code, 200); // agreeing is no conflict
        const auto forced = apply(api, maps + "/a", map(",'data':{'y':'9'}"), "other", "&force=true");
        QCOMPARE(forced.code, 200);
        QCOMPARE(text(forced.at({"data"})), "{'x':'1','y':'9'}");
        QCOMPARE(owners(forced),
                 (QStringList{"me/Apply/: {'f:data':{'f:x':{}}}", "other/Apply/: {'f:data':{'f:y':{}}}"}));
    }

    void namesTheVersionOfPlainWrites() {
        ApiUnderTest api;
        api.send("POST", maps + "?fieldManager=maker", map(",'data':{'x':'1'}"));
        QCOMPARE(apply(api, maps + "/a", map(",'data':{'x':'2'}")).message(),
                 "Apply failed with 1 conflict: conflict with \"maker\" using v1: .data.x");
    }

    void recordsEveryWrite() {
        ApiUnderTest api;
        const auto made = api.send("POST", deployments + "?fieldManager=maker",
                                   deployment("[{'name':'c','image':'x','ports':[{'containerPort':80}]}]"));
        QCOMPARE(made.code, 201);
        const QString first = owners(made).value(0);
        QVERIFY2(first.startsWith("maker/Update/: {'f:spec':{'f:progressDeadlineSeconds':{}"), qPrintable(first));
        QVERIFY2(first.contains("'f:containers':{'k:{'name':'c'}':{'.':{}"), qPrintable(first));
        QVERIFY2(first.contains("'f:ports':{'.':{},'k:{'containerPort':80,'protocol':'TCP'}':{'.':{}"),
                 qPrintable(first));
        QVERIFY2(!first.contains("'f:status'"), qPrintable(first));
        QVERIFY2(first.contains("'f:template':{'f:metadata':{'f:labels':{'.':{},'f:app':{}}}"), qPrintable(first));
        const auto scaled = api.send("PATCH", deployments + "/a?fieldManager=scaler", "{'spec':{'replicas':3}}",
                                     ApiUnderTest::admin(), "application/merge-patch+json");
        QVERIFY(owners(scaled).contains("scaler/Update/: {'f:spec':{'f:replicas':{}}}"));
        QVERIFY(!owners(scaled).value(0).contains("f:replicas'"));
        const auto status = api.send("PATCH", deployments + "/a/status?fieldManager=agent", "{'status':{'replicas':3}}",
                                     ApiUnderTest::admin(), "application/merge-patch+json");
        QVERIFY(owners(status).contains("agent/Update/status: {'f:status':{'f:replicas':{}}}"));
    }

    void mergesLists() {
        ApiUnderTest api;
        QCOMPARE(apply(api, deployments + "/a", deployment("[{'name':'a','image':'x'},{'name':'b','image':'y'}]")).code,
                 201);
        // A container of somebody else stays, and so does the order.
        QCOMPARE(api.send("PATCH", deployments + "/a?fieldManager=sidecar",
                          "{'spec':{'template':{'spec':{'containers':[{'name':'s','image':'z'}]}}}}",
                          ApiUnderTest::admin(), "application/strategic-merge-patch+json")
                     .code,
                 200);
        const auto after = apply(api, deployments + "/a", deployment("[{'name':'b','image':'y2'}]"));
        QCOMPARE(after.brief(), "200");
        QStringList names;
        const api::Json containers = after.at({"spec", "template", "spec", "containers"});
        for (const api::Json& container : containers.as_array())
            names << QString::fromStdString(std::string(api::stringAt(container, {"name"})));
        QCOMPARE(names, (QStringList{"s", "b"}));
    }

    void refusesWhatIsNotOfTheSchema() {
        ApiUnderTest api;
        QCOMPARE(apply(api, deployments + "/a", deployment("[{'name':'a','image':'x','imagee':'y'}]")).message(),
                 "failed to create typed patch object (default/a; apps/v1, Kind=Deployment): "
                 ".spec.template.spec.containers[name=\"a\"].imagee: field not declared in schema");
        QCOMPARE(api.send("PATCH", maps + "/a", map(""), ApiUnderTest::admin(), "application/apply-patch+yaml").brief(),
                 "422 Invalid: PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for "
                 "apply "
                 "patch [FieldValueRequired fieldManager: Required value: is required for apply patch]");
        QCOMPARE(
            apply(api, maps + "/a",
                  "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','managedFields':[{'manager':'x'}]}}")
                .code,
            400);
        QCOMPARE(api.send("PATCH", maps + "/a?fieldManager=x&force=true", "{}", ApiUnderTest::admin(),
                          "application/merge-patch+json")
                     .code,
                 422);
    }

    void appliesStatus() {
        ApiUnderTest api;
        apply(api, deployments + "/a", deployment("[{'name':'a','image':'x'}]"));
        const auto status = apply(
            api, deployments + "/a/status",
            "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'a'},'status':{'replicas':2}}", "agent");
        QCOMPARE(status.brief(), "200");
        QVERIFY(owners(status).contains("agent/Apply/status: {'f:status':{'f:replicas':{}}}"));
        QCOMPARE(apply(api, deployments + "/none/status",
                       "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'none'}}")
                     .code,
                 404);
    }

    void takesOverFromClientSideApply() {
        ApiUnderTest api;
        const QString annotated =
            QStringLiteral("{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','annotations':{'kubectl."
                           "kubernetes.io/last-applied-configuration':"
                           "'{\\'apiVersion\\':\\'v1\\',\\'data\\':{\\'x\\':\\'1\\'},\\'kind\\':\\'ConfigMap\\',\\'"
                           "metadata\\':{\\'name\\':\\'a\\'}}'}},'data':{'x':'1'}}");
        QCOMPARE(api.send("POST", maps + "?fieldManager=kubectl-client-side-apply", annotated).brief(), "201");
        QCOMPARE(apply(api, maps + "/a", map(",'data':{'x':'2'}"), "somebody").code, 409);
        const auto taken = apply(api, maps + "/a", map(",'data':{'x':'2'}"), "kubectl");
        QCOMPARE(taken.brief(), "200");
        QVERIFY(taken.text({"metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"})
                    .contains("\"x\":\"2\""));
    }

    void forgetsWhenAsked() {
        ApiUnderTest api;
        apply(api, maps + "/a", map(",'data':{'x':'1'}"));
        const auto reset = api.merge(maps + "/a", "{'metadata':{'managedFields':[{}]}}");
        QCOMPARE(reset.brief(), "200");
        QVERIFY(owners(reset).isEmpty());
        const auto again = apply(api, maps + "/a", map(",'data':{'y':'1'}"));
        QCOMPARE(owners(again), (QStringList{"me/Apply/: {'f:data':{'f:y':{}}}",
                                             "before-first-apply/Update/: {'f:data':{'.':{},'f:x':{}}}"}));
    }

    void triesWithoutWriting() {
        ApiUnderTest api;
        QCOMPARE(apply(api, maps + "/a", map(",'data':{'x':'1'}"), "me", "&dryRun=All").code, 201);
        QCOMPARE(api.get(maps + "/a").code, 404);
    }
};

QTEST_GUILESS_MAIN(ApplyTest)
#include "apply_test.moc"
