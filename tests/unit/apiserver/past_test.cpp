#include "tests/unit/apiserver/api_under_test.h"

using namespace slipway;
using slipway::test::ApiUnderTest;

/// The extension by which users look into the past (history_requests.h).
class PastTest : public QObject {
    Q_OBJECT

private:
    static constexpr const char* root = "/history.slipway.dev/v1";
    static constexpr const char* maps = "/api/v1/namespaces/default/configmaps";

    static std::string make(ApiUnderTest& api, const std::string& name, const std::string& value,
                            const apiserver::User& user = ApiUnderTest::admin()) {
        return api
            .post(maps,
                  QStringLiteral("{'metadata':{'name':'%1'},'data':{'k':'%2'}}")
                      .arg(QString::fromStdString(name), QString::fromStdString(value)),
                  user)
            .text({"metadata", "resourceVersion"});
    }
    /// "create by admin; update by ann" of a RevisionList.
    static QString briefly(const ApiUnderTest::Answer& answer) {
        if (answer.code != 200)
            return answer.brief();
        QStringList lines;
        const api::Json items = answer.at({"items"});
        for (const api::Json& item : items.as_array())
            lines << QString::fromStdString(std::format("{} {} by {}", api::stringAt(item, {"verb"}),
                                                        api::stringAt(item, {"name"}), api::stringAt(item, {"user"})));
        return lines.join("; ");
    }

private slots:
    void whoChangedAnObjectIsTold() {
        ApiUnderTest api;
        make(api, "a", "1");
        make(api, "ab", "1");
        const apiserver::User ann{"ann", {"system:masters", "system:authenticated"}, {}, {}};
        api.send("PATCH", std::string(maps) + "/a", "{'data':{'k':'2'}}", ann, "application/merge-patch+json");
        api.remove(std::string(maps) + "/a");
        const auto answer = api.get(std::string(root) + maps + "/a");
        QCOMPARE(briefly(answer), QString("create a by admin; update a by ann; delete a by admin"));
        const api::Json items = answer.at({"items"});
        const api::Json& first = items.as_array().at(0);
        QCOMPARE(std::string(api::stringAt(first, {"namespace"})), std::string("default"));
        QVERIFY(!api::stringAt(first, {"time"}).empty());
        QVERIFY(briefly(api.get(std::string(root) + maps)).startsWith("create a by admin; create ab by admin"));
    }

    void anObjectAndAListAreShownAsTheyWere() {
        ApiUnderTest api;
        const std::string first = make(api, "a", "1");
        api.merge(std::string(maps) + "/a", "{'data':{'k':'2'}}");
        const std::string second = make(api, "b", "1");
        api.remove(std::string(maps) + "/a");
        const auto past = api.get(std::string(root) + maps + "/a?revision=" + first);
        QCOMPARE(past.text({"data", "k"}), std::string("1"));
        QCOMPARE(past.text({"metadata", "resourceVersion"}), first);
        const auto list = api.get(std::string(root) + maps + "?revision=" + second);
        QCOMPARE(list.at({"items"}).as_array().size(), std::size_t(2));
        QCOMPARE(api.get(std::string(root) + maps + "/b?revision=" + first).code, 404);
        QCOMPARE(api.get(std::string(root) + maps + "/a?revision=99999").code, 504);
        QCOMPARE(api.get(std::string(root) + maps + "/a?revision=x").code, 400);
        api.compact();
        QCOMPARE(api.get(std::string(root) + maps + "/a?revision=" + first).code, 410);
    }

    void pagesGoOn() {
        ApiUnderTest api;
        for (int i = 0; i < 5; ++i)
            make(api, "m" + std::to_string(i), "1");
        const auto page = api.get(std::string(root) + maps + "?limit=2");
        QCOMPARE(briefly(page), QString("create m0 by admin; create m1 by admin"));
        const std::string next = page.text({"metadata", "nextRevision"});
        QVERIFY(!next.empty());
        const auto rest = api.get(std::string(root) + maps + "?limit=10&from=" + next);
        QCOMPARE(briefly(rest), QString("create m2 by admin; create m3 by admin; create m4 by admin"));
        QCOMPARE(rest.text({"metadata", "nextRevision"}), std::string());
    }

    void onlyWhoMayReadMayLookBack() {
        ApiUnderTest api;
        make(api, "a", "1");
        const auto nobody = ApiUnderTest::named("nobody");
        QCOMPARE(api.get(std::string(root) + maps + "/a", nobody).code, 403);
        QCOMPARE(api.post(std::string(root) + maps, "{'metadata':{'name':'x'}}").code, 405);
        QCOMPARE(api.get(std::string(maps) + "/x").code, 404);
        api.post("/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles",
                 "{'metadata':{'name':'reader'},'rules':[{'apiGroups':[''],'resources':['configmaps'],"
                 "'verbs':['get']}]}");
        api.post("/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings",
                 "{'metadata':{'name':'reader'},'roleRef':{'apiGroup':'rbac.authorization.k8s.io','kind':'Role','name':"
                 "'reader'},'subjects':[{'kind':'User','name':'nobody','apiGroup':'rbac.authorization.k8s.io'}]}");
        QCOMPARE(api.get(std::string(root) + maps + "/a", nobody).code, 200);
        QCOMPARE(api.get(std::string(root) + maps, nobody).code, 403);
    }

    void aNamespacesContentsAreToldTogether() {
        ApiUnderTest api;
        make(api, "a", "1");
        api.makeNamespace("other");
        api.post("/api/v1/namespaces/default/secrets", "{'metadata':{'name':'s'}}");
        const QString all = briefly(api.get(std::string(root) + "/api/v1/namespaces/default?contents=true"));
        QVERIFY2(all.endsWith("create a by admin; create s by admin"), qPrintable(all));
    }
};

QTEST_GUILESS_MAIN(PastTest)
#include "past_test.moc"
