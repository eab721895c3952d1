// YAML in and out: types, lines, errors.
#include "ui/editor/yaml_document.h"

#include <QTest>

using namespace slipway;
using namespace slipway::ui;

class YamlTest : public QObject {
    Q_OBJECT
private slots:
    void scalarsGetKubernetesTypes() {
        const auto documents =
            parseYaml("a: 1\nb: '1'\nc: true\nd: \"true\"\ne: null\nf: 1.5\ng: yes\nh: 0x10\ni: 1e3\nj: 10.96.0.1\n"
                      "k: ~\nl: -5\nm: nginx:1.14.2\nn: 08h\n");
        QVERIFY(documents && documents->size() == 1);
        const api::Json expected =
            *api::parseJson(R"({"a":1,"b":"1","c":true,"d":"true","e":null,"f":1.5,"g":"yes","h":16,
            "i":1000.0,"j":"10.96.0.1","k":null,"l":-5,"m":"nginx:1.14.2","n":"08h"})");
        QCOMPARE(api::printJson(documents->front().object), api::printJson(expected));
    }

    void documentsAndLines() {
        const auto documents = parseYaml(
            "# first\napiVersion: v1\nkind: A\n---\n\n---\napiVersion: v1\nkind: B\nspec:\n  list:\n  - name: x\n"
            "  - name: y\n    port: 80\n");
        QVERIFY(documents && documents->size() == 2);
        const YamlDocument& second = (*documents)[1];
        QCOMPARE((*documents)[0].line, 2);
        QCOMPARE(second.line, 7);
        QCOMPARE(second.lineOf("spec.list[1].port"), 13);
        QCOMPARE(second.lineOf("spec.list[1].missing"), 12);
        QCOMPARE(second.lineOf("nothing.at.all"), 7);
    }

    void errorsNameTheLine_data() {
        QTest::addColumn<QString>("yaml");
        QTest::addColumn<int>("line");
        QTest::newRow("indentation") << "a:\n  b: 1\n c: 2\n" << 3;
        QTest::newRow("unclosed") << "a: [1, 2\nb: 3\n" << 2;
        QTest::newRow("twice") << "a: 1\nb: 2\na: 3\n" << 3;
        QTest::newRow("not an object") << "- 1\n- 2\n" << 1;
        QTest::newRow("tab") << "a:\n\tb: 1\n" << 2;
    }
    void errorsNameTheLine() {
        QFETCH(QString, yaml);
        QFETCH(int, line);
        const auto documents = parseYaml(yaml.toStdString());
        QVERIFY(!documents);
        QCOMPARE(documents.error().line, line);
        QVERIFY(!documents.error().message.isEmpty());
    }

    void billionLaughsIsRefused() {
        std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
        for (int i = 1; i < 9; ++i) {
            const std::string before = "*a" + std::to_string(i - 1);
            bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
            for (int j = 0; j < 10; ++j)
                bomb += (j == 0 ? "" : ",") + before;
            bomb += "]\n";
        }
        QVERIFY(!parseYaml(bomb));
    }

    void writtenYamlReadsBackTheSame() {
        const api::Json value =
            *api::parseJson(R"({"apiVersion":"v1","data":{"a":"yes","b":"1","c":"","d":" x","e":"two\nlines\n",
            "f":"a: b","g":"\u0023no","h":"- x","i":"it\u0027s","j":"true","k":"1e3","l":"\ttab","m":"end\n\n","n":"0x1f","o":"*ref","p":"x\ny",
            "q":"null","r":"10.0.0.1","s":"-","t":"2026-01-01"},
            "list":[{"name":"x","ports":[80,443]},{"name":"y"},[],{}],"empty":{},"n":null,"t":true,"f":1.5})");
        const std::string text = writeYaml(value);
        const auto documents = parseYaml(text);
        QVERIFY2(documents, text.c_str());
        QCOMPARE(api::printJson(documents->front().object), api::printJson(value));
    }

    void writesAsKubectlDoes() {
        const api::Json value =
            *api::parseJson(R"({"spec":{"containers":[{"image":"nginx:latest","name":"nginx"}],"replicas":3}})");
        QCOMPARE(QString::fromStdString(writeYaml(value)),
                 QStringLiteral("spec:\n  containers:\n  - image: nginx:latest\n    name: nginx\n  replicas: 3\n"));
    }
};

QTEST_GUILESS_MAIN(YamlTest)
#include "yaml_test.moc"
