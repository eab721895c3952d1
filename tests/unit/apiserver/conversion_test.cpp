// Versions of custom resources that somebody else converts.

#include "cluster/apiserver/custom/webhook_converter.h"
#include "review_server.h"
#include "tests/unit/apiserver/api_under_test.h"

#include <atomic>

using namespace slipway;
using slipway::test::ApiUnderTest;
using slipway::test::ReviewServer;

namespace {

const std::string definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                  v1 = "/apis/example.com/v1/namespaces/default/hosts",
                  v2 = "/apis/example.com/v2/namespaces/default/hosts";

QString definition(const QString& storage, const QString& conversion) {
    const auto version = [&](const QString& name, const QString& properties) {
        return QStringLiteral("{'name':'%1','served':true,'storage':%2,'schema':{'openAPIV3Schema':{'type':'object',"
                              "'properties':%3}}}")
            .arg(name, storage == name ? "true" : "false", properties);
    };
    return QStringLiteral(R"({'apiVersion':'apiextensions.k8s.io/v1','kind':'CustomResourceDefinition',
      'metadata':{'name':'hosts.example.com'},
      'spec':{'group':'example.com','scope':'Namespaced','names':{'plural':'hosts','kind':'Host'},
        'versions':[%1,%2],'conversion':%3}})")
        .arg(version("v1", "{'hostPort':{'type':'string'},'old':{'type':'string'}}"),
             version("v2", "{'host':{'type':'string'},'port':{'type':'string'}}"), conversion);
}

QString webhook(const ReviewServer& server) {
    return QStringLiteral("{'strategy':'Webhook','webhook':{'conversionReviewVersions':['v1'],'clientConfig':%1}}")
        .arg(server.config());
}

/// "a:1" in v1 is host "a" and port "1" in v2.
void convertHost(api::JsonObject& object, const std::string& wanted) {
    if (wanted.ends_with("v2")) {
        const std::string both(api::stringAt(object, {"hostPort"}));
        object["host"] = both.substr(0, both.find(':'));
        object["port"] = both.substr(both.find(':') + 1);
        object.erase("hostPort");
    } else {
        object["hostPort"] = std::format("{}:{}", api::stringAt(object, {"host"}), api::stringAt(object, {"port"}));
        object.erase("host");
        object.erase("port");
    }
    object["apiVersion"] = wanted;
}

api::JsonObject converted(const api::JsonObject& review) {
    const std::string wanted(api::stringAt(review, {"request", "desiredAPIVersion"}));
    api::JsonArray objects = api::find(review, {"request", "objects"})->as_array();
    for (api::Json& object : objects)
        convertHost(object.as_object(), wanted);
    return {{"kind", "ConversionReview"},
            {"apiVersion", "apiextensions.k8s.io/v1"},
            {"response", api::JsonObject{{"uid", api::stringAt(review, {"request", "uid"})},
                                         {"result", api::JsonObject{{"status", "Success"}}},
                                         {"convertedObjects", std::move(objects)}}}};
}

QString host(const QString& version, const QString& name, const QString& members) {
    return QStringLiteral("{'apiVersion':'example.com/%1','kind':'Host','metadata':{'name':'%2'},%3}")
        .arg(version, name, members);
}

} // namespace

class ConversionTest : public QObject {
    Q_OBJECT

    static void define(ApiUnderTest& api, const QString& body) {
        const auto made = api.post(definitions, body);
        QVERIFY2(made.code == 201, qPrintable(made.brief()));
        QTRY_VERIFY_WITH_TIMEOUT(api.get(v1).code == 200 && api.get(v2).code == 200, 10000);
    }

private slots:
    void objectsAreSeenInEveryVersion() {
        std::atomic<int> asked = 0;
        ReviewServer server([&](const api::JsonObject& review) {
            ++asked;
            return converted(review);
        });
        ApiUnderTest api;
        define(api, definition("v1", webhook(server)));
        const auto made = api.post(v1, host("v1", "a", "'hostPort':'h:80'"));
        QCOMPARE(made.brief(), "201");
        QCOMPARE(asked.load(), 0); // it is stored as it came
        const auto other = api.get(v2 + "/a");
        QCOMPARE(other.brief(), "200");
        QCOMPARE(other.text({"host"}), "h");
        QCOMPARE(other.text({"port"}), "80");
        QCOMPARE(other.text({"metadata", "uid"}), made.text({"metadata", "uid"}));
        QCOMPARE(api.get(v2 + "/a").text({"port"}), "80");
        QCOMPARE(asked.load(), 1); // what is stored did not change
        QCOMPARE(api.post(v2, host("v2", "b", "'host':'g','port':'81'")).text({"host"}), "g");
        QCOMPARE(api.get(v1 + "/b").text({"hostPort"}), "g:81");
        QCOMPARE(api.merge(v2 + "/a", "{'port':'8080'}").text({"port"}), "8080");
        QCOMPARE(api.get(v1 + "/a").text({"hostPort"}), "h:8080");
        const auto list = api.get(v2);
        QCOMPARE(list.text({"apiVersion"}), "example.com/v2");
        QCOMPARE(list.at({"items"}).as_array().size(), std::size_t(2));
        QCOMPARE(api::stringAt(list.at({"items"}).as_array()[1], {"port"}), std::string_view("81"));
    }

    /// After the version of storage changed, older objects are converted from where they are.
    void aListMayHoldBoth() {
        ReviewServer server(converted);
        ApiUnderTest api;
        define(api, definition("v1", webhook(server)));
        QCOMPARE(api.post(v1, host("v1", "a", "'hostPort':'h:80'")).brief(), "201");
        QCOMPARE(api.merge(definitions + "/hosts.example.com", definition("v2", webhook(server))).brief(), "200");
        QCOMPARE(api.post(v2, host("v2", "b", "'host':'g','port':'81'")).code, 201);
        QTRY_COMPARE_WITH_TIMEOUT(api.get(v2 + "/a").text({"port"}), "80", 10000);
        const auto list = api.get(v1);
        QCOMPARE(api::stringAt(list.at({"items"}).as_array()[0], {"hostPort"}), std::string_view("h:80"));
        QCOMPARE(api::stringAt(list.at({"items"}).as_array()[1], {"hostPort"}), std::string_view("g:81"));
    }

    void failuresAreTold() {
        ReviewServer server([](const api::JsonObject& review) {
            api::JsonObject answer = converted(review);
            answer["response"].as_object()["result"] = api::JsonObject{{"status", "Failure"}, {"message", "not today"}};
            return answer;
        });
        ApiUnderTest api;
        define(api, definition("v1", webhook(server)));
        QCOMPARE(api.post(v1, host("v1", "a", "'hostPort':'h:80'")).brief(), "201");
        const auto other = api.get(v2 + "/a");
        QCOMPARE(other.code, 500);
        QCOMPARE(other.message(), "conversion webhook for example.com/v1, Kind=Host failed: not today");
        QCOMPARE(api.get(v2).code, 500);
        QCOMPARE(api.get(v1 + "/a").code, 200);
        QCOMPARE(api.post(v2, host("v2", "b", "'host':'g','port':'81'")).code, 500);
        QCOMPARE(api.remove(definitions + "/hosts.example.com").code, 200);
        QTRY_COMPARE_WITH_TIMEOUT(api.get(definitions + "/hosts.example.com").code, 404, 10000);
    }

    /// Without a webhook each version is pruned by its own schema, whichever the object was stored in.
    void versionsArePrunedByTheirOwnSchema() {
        ApiUnderTest api;
        define(api, definition("v1", "{'strategy':'None'}"));
        QCOMPARE(api.post(v1, host("v1", "a", "'hostPort':'h:80','old':'x','host':'no'")).brief(), "201");
        QCOMPARE(api.merge(definitions + "/hosts.example.com", definition("v2", "{'strategy':'None'}")).brief(), "200");
        QTRY_COMPARE_WITH_TIMEOUT(api.get(v2 + "/a").at({"old"}).is_null(), true, 10000);
        QCOMPARE(api.get(v1 + "/a").text({"old"}), "x");
        QCOMPARE(api.merge(v2 + "/a", "{'host':'g'}").text({"host"}), "g");
        QTRY_VERIFY(api.get(v1 + "/a").at({"old"}).is_null());
    }

    void answersAreChecked_data() {
        QTest::addColumn<QString>("answer");
        QTest::addColumn<QString>("error"); ///< empty: none
        const QString head = "{'kind':'ConversionReview','apiVersion':'apiextensions.k8s.io/v1','response':{'uid':'u',"
                             "'result':{'status':'Success'},'convertedObjects':[%1]}}";
        const auto object = [](const QString& metadata) {
            return QStringLiteral("{'apiVersion':'g/v2','kind':'K','metadata':%1}").arg(metadata);
        };
        QTest::newRow("good") << head.arg(object("{'name':'n','uid':'1'}")) << "";
        QTest::newRow("kind")
            << "{'kind':'X','apiVersion':'v1'}"
            << "failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got "
               "v1, Kind=X";
        QTest::newRow("none") << head.arg("") << "returned 0 objects, expected 1";
        QTest::newRow("version")
            << head.arg("{'apiVersion':'g/v3','kind':'K','metadata':{'name':'n','uid':'1'}}")
            << "returned invalid converted object at index 0: invalid groupVersion (expected g/v2, "
               "received g/v3)";
        QTest::newRow("name") << head.arg(object("{'name':'m','uid':'1'}"))
                              << "returned invalid converted object at index 0: must have the same name: n != m";
    }
    void answersAreChecked() {
        QFETCH(QString, answer);
        QFETCH(QString, error);
        const auto parsed = api::parseJson(QString(answer).replace(u'\'', u'"').toStdString());
        const api::JsonObject sent{
            {"apiVersion", "g/v1"}, {"kind", "K"}, {"metadata", api::JsonObject{{"name", "n"}, {"uid", "1"}}}};
        const auto objects = apiserver::convertedObjects(*parsed, {sent}, "g/v2", "v1", "u");
        QCOMPARE(objects ? QString() : QString::fromStdString(objects.error()), error);
    }
};

QTEST_GUILESS_MAIN(ConversionTest)
#include "conversion_test.moc"
