// A set of definitions of an operator's size: installed, and its objects judged, filled in, pruned and applied.

#include "tests/unit/apiserver/api_under_test.h"

#include "cluster/api/decode.h"
#include "tests/support/places.h"

#include <QFile>

using namespace slipway;
using slipway::test::ApiUnderTest;

namespace {

const std::string definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                  group = "/apis/certs.test.slipway.example/v1", home = group + "/namespaces/default/";

QString text(const api::Json& value) {
    return QString::fromStdString(api::printJson(value)).replace(u'"', u'\'');
}

ApiUnderTest::Answer sendYaml(ApiUnderTest& api, const std::string& target, const QString& yaml,
                              const std::string& method = "POST", const std::string& type = "application/yaml") {
    apiserver::Request request;
    request.method = method;
    request.target = target;
    request.contentType = type;
    request.body = yaml.toStdString();
    request.trustedUser = ApiUnderTest::admin();
    return api.ask(request);
}

bool isEstablished(ApiUnderTest& api, const std::string& name) {
    return text(api.get(definitions + "/" + name).at({"status", "conditions"}))
        .contains("'Established','status':'True'");
}

const QString certificate = R"(
apiVersion: certs.test.slipway.example/v1
kind: Certificate
metadata: {name: web}
spec:
  secretName: web-tls
  issuerRef: {name: ca, unknown: gone}
  dnsNames: [a.example.com, b.example.com]
  privateKey: {size: 2048}
)";

} // namespace

class DefinitionSetTest : public QObject {
    Q_OBJECT
    ApiUnderTest api;

private slots:
    void initTestCase() {
        QFile file(tests::inSource("tests/unit/apiserver/data/certificate_definitions.yaml"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QStringList names;
        for (const QString& document : QString::fromUtf8(file.readAll()).split("\n---\n")) {
            const auto made = sendYaml(api, definitions, document + "\n");
            QCOMPARE(made.brief(), "201");
            names << QString::fromStdString(made.text({"metadata", "name"}));
        }
        QCOMPARE(names.size(), 6);
        for (const QString& name : names)
            QTRY_VERIFY_WITH_TIMEOUT(isEstablished(api, name.toStdString()), 20000);
        QCOMPARE(api.get(group).at({"resources"}).as_array().size(), 12);
    }

    void fillsInAndPrunes() {
        const auto made = sendYaml(api, home + "certificates", certificate);
        QCOMPARE(made.brief(), "201");
        QCOMPARE(text(made.at({"spec", "issuerRef"})), "{'name':'ca','kind':'Authority'}");
        QCOMPARE(text(made.at({"spec", "privateKey"})), "{'size':2048,'algorithm':'RSA','encoding':'PKCS1'}");
        QCOMPARE(text(made.at({"spec", "usages"})), "['digital signature','key encipherment']");
        QCOMPARE(made.text({"spec", "duration"}), "2160h");
        QCOMPARE(made.warnings, std::vector<std::string>{"unknown field \"spec.issuerRef.unknown\""});
    }

    void judges() {
        const auto bad = sendYaml(
            api, home + "certificates",
            QString(certificate).replace("size: 2048", "size: 2049, algorithm: DSA").replace("name: web", "name: bad"));
        QCOMPARE(bad.code, 422);
        const QString said = QString::fromStdString(bad.message());
        QVERIFY2(
            said.contains(
                "spec.privateKey.size: Invalid value: 2049: spec.privateKey.size in body should be a multiple of 8"),
            qPrintable(said));
        QVERIFY2(
            said.contains(
                R"(spec.privateKey.algorithm: Unsupported value: "DSA": supported values: "RSA", "ECDSA", "Ed25519")"),
            qPrintable(said));
        const auto both = sendYaml(api, home + "authorities",
                                   "kind: Authority\napiVersion: certs.test.slipway.example/v1\nmetadata: {name: x}\n"
                                   "spec: {ca: {secretName: a}, selfSigned: {}}\n");
        QVERIFY2(both.message().contains("must validate one and only one schema (oneOf). Found 2 valid alternatives"),
                 both.message().c_str());
    }

    void appliesListsOfEveryKind() {
        const auto apply = [&](const std::string& manager, const QString& dnsNames, const QString& formats) {
            return sendYaml(
                api, home + "certificates/applied?fieldManager=" + manager,
                QStringLiteral(
                    "apiVersion: certs.test.slipway.example/v1\nkind: Certificate\nmetadata: {name: applied}\n"
                    "spec: {secretName: s, issuerRef: {name: ca, kind: Authority}, dnsNames: [%1], "
                    "additionalOutputFormats: [%2]}\n")
                    .arg(dnsNames, formats),
                "PATCH", "application/apply-patch+yaml");
        };
        QCOMPARE(apply("one", "a", "{type: DER}").brief(), "201");
        const auto two = apply("two", "b", "{type: CombinedPEM}");
        QCOMPARE(two.brief(), "200");
        QCOMPARE(text(two.at({"spec", "dnsNames"})), "['a','b']"); // a set has both owners' items
        QCOMPARE(two.at({"spec", "additionalOutputFormats"}).as_array().size(), 2);
        QCOMPARE(text(apply("one", "c", "{type: DER}").at({"spec", "dnsNames"})), "['b','c']");
    }

    void keepsStatusesApart() {
        const auto status = api.merge(home + "certificates/web/status",
                                      "{'status':{'conditions':[{'type':'Ready','status':'True','extra':1}]}}");
        QCOMPARE(status.brief(), "200");
        QCOMPARE(text(status.at({"status"})), "{'conditions':[{'type':'Ready','status':'True'}]}");
        apiserver::Request request;
        request.target = home + "certificates";
        request.accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
        request.trustedUser = ApiUnderTest::admin();
        const auto table = api.ask(request);
        bool found = false;
        const api::Json rows = table.at({"rows"});
        for (const api::Json& row : rows.as_array())
            found = found || text(*api::find(row, {"cells"})).startsWith("['web','True','web-tls'");
        QVERIFY(found);
    }

    void servesHundredsOfDefinitionsMore() {
        for (int i = 0; i < 300; ++i)
            QCOMPARE(api.post(definitions, QStringLiteral("{'metadata':{'name':'things%1.many.example.com'},'spec':{'"
                                                          "group':'many.example.com','scope':'Cluster',"
                                                          "'names':{'plural':'things%1','kind':'Thing%1'},'versions':[{"
                                                          "'name':'v1','served':true,'storage':true,"
                                                          "'schema':{'openAPIV3Schema':{'type':'object'}}}]}}")
                                               .arg(i))
                         .code,
                     201);
        QTRY_VERIFY_WITH_TIMEOUT(isEstablished(api, "things299.many.example.com"), 120000);
        QCOMPARE(api.get("/apis/many.example.com/v1").at({"resources"}).as_array().size(), 300);
        QCOMPARE(api.get("/apis/many.example.com/v1/things150").code, 200);
        QCOMPARE(api.get(home + "certificates/web").code, 200);
    }
};

QTEST_GUILESS_MAIN(DefinitionSetTest)
#include "definition_set_test.moc"
