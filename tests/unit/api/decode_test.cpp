#include "cluster/api/decode.h"
#include "texts.h"

using namespace slipway::api;
using namespace slipway::api::test;

/// Reading bodies: structure, wording of refusals, YAML's values.
class DecodeTest : public QObject {
    Q_OBJECT
private slots:
    void wrongTypes_data();
    void wrongTypes();
    void unknownFields();
    void nullsGoAndNumbersBecomeWhole();
    void quantitiesBecomeCanonical();
    void malformedJson_data();
    void malformedJson();
    void yamlScalars_data();
    void yamlScalars();
    void yamlDocument();
    void yamlRefuses_data();
    void yamlRefuses();
};

static auto check(const QString& text, FieldValidation mode, std::vector<std::string>& warnings) {
    return checkStructure(*findType("apps.v1.Deployment"), "apps/v1", "Deployment", json(text), mode, warnings);
}

void DecodeTest::wrongTypes_data() {
    QTest::addColumn<QString>("object");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char* name, const char* object, const char* problem) {
        QTest::newRow(name) << object << problem;
    };
    row("string for a number", "{'spec':{'replicas':'two'}}",
        "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32");
    row("number for a label", "{'metadata':{'labels':{'a':1}}}",
        "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string");
    row("inside lists",
        "{'spec':{'template':{'spec':{'containers':[{'name':'a','env':[{'name':'b','value':true}]}]}}}}",
        "json: cannot unmarshal bool into Go struct field EnvVar.spec.template.spec.containers.env.value of type "
        "string");
    row("object for a list", "{'spec':{'template':{'spec':{'containers':{}}}}}",
        "json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type "
        "[]v1.Container");
    row("text for an object", "{'spec':{'template':'x'}}",
        "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.template of type v1.PodTemplateSpec");
    row("too large", "{'spec':{'replicas':3000000000}}",
        "json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32");
    row("fraction", "{'spec':{'replicas':1.5}}",
        "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32");
    row("quantity", "{'spec':{'template':{'spec':{'containers':[{'resources':{'limits':{'cpu':'lots'}}}]}}}}",
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    row("quantity's suffix", "{'spec':{'template':{'spec':{'containers':[{'resources':{'limits':{'cpu':'1mm'}}}]}}}}",
        "unable to parse quantity's suffix");
}

void DecodeTest::wrongTypes() {
    QFETCH(QString, object);
    QFETCH(QString, problem);
    std::vector<std::string> warnings;
    const auto result = check(object, FieldValidation::warn, warnings);
    QVERIFY(!result.has_value());
    QCOMPARE(result.error().code, 400);
    QCOMPARE(QString::fromStdString(result.error().message),
             "Deployment in version \"v1\" cannot be handled as a Deployment: " + problem);
}

void DecodeTest::unknownFields() {
    const QString text = "{'spec':{'replica':1,'template':{'spec':{'containers':[{'name':'a','imag':'b'}]}}}}";
    std::vector<std::string> warnings;
    const auto strict = check(text, FieldValidation::strict, warnings);
    QVERIFY(!strict.has_value());
    QCOMPARE(QString::fromStdString(strict.error().message),
             QStringLiteral("Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: "
                            "unknown field \"spec.replica\", "
                            "unknown field \"spec.template.spec.containers[0].imag\""));
    const auto warned = check(text, FieldValidation::warn, warnings);
    QVERIFY(warned.has_value());
    QCOMPARE(Json(*warned), json("{'spec':{'template':{'spec':{'containers':[{'name':'a'}]}}}}"));
    QCOMPARE(warnings, (std::vector<std::string>{"unknown field \"spec.replica\"",
                                                 "unknown field \"spec.template.spec.containers[0].imag\""}));
    warnings.clear();
    QVERIFY(check(text, FieldValidation::ignore, warnings).has_value());
    QVERIFY(warnings.empty());
}

void DecodeTest::nullsGoAndNumbersBecomeWhole() {
    std::vector<std::string> warnings;
    const auto result = check("{'metadata':{'labels':null},'spec':{'replicas':2.0,'template':{'spec':{'containers':[{'"
                              "resources':{'limits':{'cpu':2}}}]}}}}",
                              FieldValidation::strict, warnings);
    QVERIFY(result.has_value());
    QCOMPARE(
        print(*result),
        QStringLiteral(
            R"({"metadata":{},"spec":{"replicas":2,"template":{"spec":{"containers":[{"resources":{"limits":{"cpu":"2"}}}]}}}})"));
}

void DecodeTest::quantitiesBecomeCanonical() {
    std::vector<std::string> warnings;
    const auto result = check("{'spec':{'template':{'spec':{'containers':[{'resources':{'limits':{'cpu':0.5,'memory':'"
                              "1024Mi'},'requests':{'cpu':'1000m','memory':'1500k'}}}]}}}}",
                              FieldValidation::strict, warnings);
    QVERIFY(result.has_value());
    QCOMPARE(print(*find(find(*result, {"spec", "template", "spec", "containers"})->as_array()[0], {"resources"})),
             QStringLiteral(R"({"limits":{"cpu":"500m","memory":"1Gi"},"requests":{"cpu":"1","memory":"1500k"}})"));
}

void DecodeTest::malformedJson_data() {
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char* name, const char* body, const char* problem) {
        QTest::newRow(name) << QByteArray(body) << problem;
    };
    row("empty", "", "unexpected end of JSON input");
    row("cut", "{\"a\":", "unexpected end of JSON input");
    row("YAML", "kind: Pod", "invalid character 'k' looking for beginning of value");
    row("no quotes", "{a:1}", "invalid character 'a' looking for beginning of object key string");
    row("no colon", "{\"a\" 1}", "invalid character '1' after object key");
    row("no comma", "{\"a\":1 \"b\":2}", "invalid character '\"' after object key:value pair");
    row("in a list", "[1 2]", "invalid character '2' after array element");
    row("trailing", "{} x", "invalid character 'x' after top-level value");
    row("literal", "{\"a\":tru}", "invalid character '}' in literal true (expecting 'e')");
    row("line break in text", "{\"a\":\"\n\"}", "invalid character '\\n' in string literal");
    row("trailing comma", "{\"a\":1,}", "invalid character '}' looking for beginning of object key string");
}

void DecodeTest::malformedJson() {
    QFETCH(QByteArray, body);
    QFETCH(QString, problem);
    const auto result = decodeBody(body.toStdString(), "application/json");
    QVERIFY(!result.has_value());
    QCOMPARE(result.error().code, 400);
    QVERIFY2(result.error().message.ends_with("json parse error: " + problem.toStdString()),
             result.error().message.c_str());
}

void DecodeTest::yamlScalars_data() {
    QTest::addColumn<QString>("yaml");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* yaml, const char* expected) { QTest::newRow(yaml) << yaml << expected; };
    row("yes", "true");
    row("Off", "false");
    row("n", "false");
    row("'yes'", "\"yes\"");
    row("\"1\"", "\"1\"");
    row("8080", "8080");
    row("+5", "5");
    row("-7", "-7");
    row("0x1F", "31");
    row("0o17", "15");
    row("0644", "420");
    row("0b101", "5");
    row("1_000", "1000");
    row("08", "8");
    row("1.5", "1.5");
    row("~", "null");
    row("1.2.3", "\"1.2.3\"");
    row("10.96.0.1", "\"10.96.0.1\"");
    row("2001-12-14", "\"2001-12-14\"");
    row("500m", "\"500m\"");
    row("25%", "\"25%\"");
    row("nan", "\"nan\"");
    row("_1", "\"_1\"");
    row("-", "[null]");
    row("!!str 12", "\"12\"");
    row("9223372036854775807", "9223372036854775807");
}

void DecodeTest::yamlScalars() {
    QFETCH(QString, yaml);
    QFETCH(QString, expected);
    const auto result = yamlToJson(yaml.toStdString());
    QVERIFY(result.has_value());
    const auto wanted = parseJson(expected.toStdString());
    QVERIFY2(result->is_number() && wanted->is_number() ? result->to_number<double>() == wanted->to_number<double>()
                                                        : *result == *wanted,
             qPrintable(print(*result)));
}

void DecodeTest::yamlDocument() {
    const auto result = yamlToJson(
        "base: &b {a: 1, c: 2}\nmade:\n  <<: *b\n  c: 3\nlist:\n- x\n- |\n  on\n  two\nyes: 1\n8: eight\nempty:\n");
    QVERIFY(result.has_value());
    QCOMPARE(*result, json("{'base':{'a':1,'c':2},'made':{'c':3,'a':1},'list':['x','on\\ntwo\\n'],'true':1,'8':'eight',"
                           "'empty':null}"));
}

void DecodeTest::yamlRefuses_data() {
    QTest::addColumn<QString>("yaml");
    QTest::newRow("unclosed") << "a: [1, 2";
    QTest::newRow("tab") << "a:\n\tb: 1";
    QTest::newRow("two colons") << "a: b: c";
    QString laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 9; ++i)
        laughs += QStringLiteral("a%1: &a%1 [*a%2,*a%2,*a%2,*a%2,*a%2,*a%2,*a%2,*a%2,*a%2,*a%2]\n").arg(i).arg(i - 1);
    QTest::newRow("a billion aliases") << laughs;
    QTest::newRow("deep") << QString(5000, u'[');
}

void DecodeTest::yamlRefuses() {
    QFETCH(QString, yaml);
    const auto result = decodeBody(yaml.toStdString(), "application/yaml");
    QVERIFY(!result.has_value());
    QCOMPARE(result.error().code, 400);
    QVERIFY2(result.error().message.starts_with("error converting YAML to JSON: yaml: line "),
             result.error().message.c_str());
}

QTEST_GUILESS_MAIN(DecodeTest)
#include "decode_test.moc"
