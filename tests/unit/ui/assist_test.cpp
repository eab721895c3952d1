// What helps somebody write YAML: where the cursor is, what fits there, what the schema objects to, merging two edits.
#include "tests/unit/ui/fake_server.h"
#include "ui/editor/three_way_merge.h"
#include "ui/editor/yaml_check.h"

#include <QTest>

using namespace slipway;
using namespace slipway::ui;

namespace {

/// The cursor stands where the bar is.
YamlCursor at(QString text) {
    const qsizetype position = text.indexOf(QLatin1Char('|'));
    return yamlCursor(text.remove(position, 1), position);
}

constexpr const char* schemas = R"({"components":{"schemas":{
  "Deployment":{"type":"object","x-kubernetes-group-version-kind":[{"group":"apps","version":"v1","kind":"Deployment"}],
    "properties":{"apiVersion":{"type":"string"},"kind":{"type":"string"},"metadata":{"type":"object","properties":{"name":{"type":"string"},"labels":{"type":"object","additionalProperties":{"type":"string"}}}},
      "spec":{"allOf":[{"$ref":"#/components/schemas/Spec"}]}}},
  "Spec":{"type":"object","required":["selector"],"description":"what is wanted","properties":{"replicas":{"type":"integer","description":"how many"},"selector":{"type":"object"},
      "paused":{"type":"boolean"},"strategy":{"type":"object","properties":{"type":{"type":"string","enum":["Recreate","RollingUpdate"]}}},
      "containers":{"type":"array","items":{"$ref":"#/components/schemas/Container"}},"port":{"x-kubernetes-int-or-string":true}}},
  "Container":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"image":{"type":"string"},"args":{"type":"array","items":{"type":"string"}}}}}}})";

std::shared_ptr<tests::FakeServer> server() {
    return std::make_shared<tests::FakeServer>([](const client::Request& request) {
        if (request.target == "/openapi/v3")
            return client::Response{
                200, "application/json",
                R"({"paths":{"apis/apps/v1":{"serverRelativeURL":"/openapi/v3/apis/apps/v1?hash=1"}}})"};
        if (request.target == "/openapi/v3/apis/apps/v1?hash=1")
            return client::Response{200, "application/json", schemas};
        return tests::status(404, "NotFound", "not found");
    });
}

QStringList messages(const std::vector<YamlFinding>& findings) {
    QStringList all;
    for (const YamlFinding& finding : findings)
        all << QStringLiteral("%1: %2").arg(finding.line).arg(finding.message);
    return all;
}

QStringList words(const std::vector<Completion>& completions) {
    QStringList all;
    for (const Completion& completion : completions)
        all << completion.word;
    return all;
}

const QString head = QStringLiteral("apiVersion: apps/v1\nkind: Deployment\n");

} // namespace

class AssistTest : public QObject {
    Q_OBJECT
    std::shared_ptr<client::Client> client_ = std::make_shared<client::Client>(server());
    SchemaCatalog catalog_{client_};

private slots:
    void initTestCase() { catalog_.load("apps/v1"); }

    void cursorKnowsItsPath_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("path");
        QTest::addColumn<QString>("written");
        QTest::newRow("root") << head + "sp|" << QStringList() << "sp";
        QTest::newRow("inside") << head + "spec:\n  rep|" << QStringList{"spec"} << "rep";
        QTest::newRow("element") << head + "spec:\n  containers:\n  - name: a\n    im|"
                                 << QStringList{"spec", "containers", "[]"} << "im";
        QTest::newRow("indented element") << head + "spec:\n  containers:\n    - name: a\n      im|"
                                          << QStringList{"spec", "containers", "[]"} << "im";
        QTest::newRow("first of element")
            << head + "spec:\n  containers:\n    - na|" << QStringList{"spec", "containers", "[]"} << "na";
        QTest::newRow("after a list") << head + "spec:\n  containers:\n  - name: a\n  rep|" << QStringList{"spec"}
                                      << "rep";
        QTest::newRow("second document") << "kind: Pod\nspec:\n  a: 1\n---\n" + head + "spec:\n  str|"
                                         << QStringList{"spec"} << "str";
        QTest::newRow("value") << head + "spec:\n  strategy:\n    type: Rec|" << QStringList{"spec", "strategy"}
                               << "Rec";
        QTest::newRow("blank line") << head + "spec:\n  |\n" << QStringList{"spec"} << "";
    }
    void cursorKnowsItsPath() {
        QFETCH(QString, text);
        QFETCH(QStringList, path);
        QFETCH(QString, written);
        const YamlCursor cursor = at(text);
        QCOMPARE(cursor.path, path);
        QCOMPARE(cursor.written, written);
        QCOMPARE(cursor.kind, QStringLiteral("Deployment"));
    }

    void completesWhatFits() {
        QCOMPARE(words(completionsAt(at(head + "spec:\n  re|"), catalog_)), QStringList{"replicas"});
        QCOMPARE(words(completionsAt(at(head + "spec:\n  strategy:\n    type: R|"), catalog_)),
                 (QStringList{"Recreate", "RollingUpdate"}));
        QCOMPARE(words(completionsAt(at(head + "spec:\n  paused: t|"), catalog_)), QStringList{"true"});
        QCOMPARE(words(completionsAt(at(head + "spec:\n  containers:\n  - name: a\n    |"), catalog_)),
                 (QStringList{"image", "args"})); // the name is there already
        const auto list = completionsAt(at(head + "spec:\n  cont|"), catalog_);
        QCOMPARE(list.front().insert, QStringLiteral("containers:\n    - "));
        QCOMPARE(words(completionsAt(at("apiVersion: apps/v1\nkind: D|"), catalog_)), QStringList{"Deployment"});
        QVERIFY(completionsAt(at("apiVersion: other/v1\nkind: Boat\nspec:\n  x|"), catalog_).empty());
    }

    void explainsWhatThingsAre() {
        const YamlCursor cursor = at(head + "spec:\n  replicas: 2|");
        QCOMPARE(schemaAt(cursor, catalog_, cursor.key).description(), QStringLiteral("how many"));
    }

    void findsWhatTheSchemaObjectsTo() {
        const auto findings = checkYaml(head + QStringLiteral("metadata:\n  name: web\n  labels: {a: b}\nspec:\n"
                                                              "  replicas: many\n  replica: 3\n  port: 80\n"
                                                              "  strategy: {type: Slow}\n  containers:\n"
                                                              "  - image: x\n    args: [1]\n"),
                                        catalog_);
        const QStringList found = messages(findings);
        QCOMPARE(found.size(), 6);
        QVERIFY(found[0].startsWith("7: ") && found[0].contains("integer"));
        QVERIFY(found[1].startsWith("8: ") && found[1].contains("spec.replica"));
        QVERIFY(found[2].startsWith("10: ") && found[2].contains("RollingUpdate"));
        QVERIFY2(found.filter("spec.containers[0].name").size() == 1, qPrintable(found.join('\n')));
        QVERIFY2(found.filter("spec.containers[0].args[0]").size() == 1, qPrintable(found.join('\n')));
        QVERIFY2(found.filter("spec.selector").size() == 1, qPrintable(found.join('\n')));
        QVERIFY(checkYaml("apiVersion: other/v1\nkind: Boat\nspec: {x: 1}\n", catalog_).empty());
        QCOMPARE(checkYaml("a: 1\n b: 2\n", catalog_).size(), std::size_t(1)); // not YAML at all
    }

    void mergesTwoEdits() {
        const auto object = [](const char* json) { return api::parseJson(json)->as_object(); };
        const auto base = object(
            R"({"spec":{"replicas":1,"paused":false,"list":[1],"c":[{"name":"a","image":"1"},{"name":"b","image":"1"}]}})");
        const auto mine = object(
            R"({"spec":{"replicas":5,"paused":false,"list":[1,2],"c":[{"name":"a","image":"2"},{"name":"b","image":"1"}]}})");
        const auto theirs = object(
            R"({"spec":{"replicas":1,"list":[3],"c":[{"name":"a","image":"1"},{"name":"b","image":"9"}],"new":true}})");
        const MergedObject merged = mergeThreeWay(base, mine, theirs);
        QCOMPARE(merged.object.at("spec").at("replicas").as_int64(), std::int64_t(5)); // mine
        QVERIFY(!merged.object.at("spec").as_object().contains("paused"));             // they took it out
        QVERIFY(merged.object.at("spec").at("new").as_bool());                         // theirs
        const auto& containers = merged.object.at("spec").at("c").as_array();
        QVERIFY(api::stringAt(containers[0], {"image"}) == "2" && api::stringAt(containers[1], {"image"}) == "9");
        QCOMPARE(merged.both, QStringList{"spec.list"});
        QCOMPARE(merged.object.at("spec").at("list").as_array().size(), std::size_t(2)); // mine is kept
    }
};

QTEST_GUILESS_MAIN(AssistTest)
#include "assist_test.moc"
