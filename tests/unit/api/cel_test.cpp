#include "cluster/api/cel/cel.h"
#include "texts.h"

using namespace slipway::api;
using namespace slipway::api::test;

/// Expressions, their values and their errors, as the CEL specification has them.
class CelTest : public QObject {
    Q_OBJECT

private slots:
    void values_data() {
        QTest::addColumn<QString>("expression");
        QTest::addColumn<QString>("value"); ///< or "!" and the error
        const auto row = [](const char* expression, const char* value) {
            QTest::newRow(expression) << expression << value;
        };
        row("1 + 2 * 3", "7");
        row("(1 + 2) * 3 - -1", "10");
        row("7 / 2 == 3 && 7 % 2 == 1", "true");
        row("1.5 + 1.0", "2.5E0");
        row("9223372036854775807 + 1", "!integer overflow");
        row("1 / 0", "!division by zero");
        row("'a' + \"b\"", R"("ab")");
        row("r'a\\d'", R"("a\\d")");
        row("[1, 2] + [3]", "[1,2,3]");
        row("{'a': 1}['a']", "1");
        row("true ? 'yes' : 'no'", R"("yes")");
        row("2 in [1, 2]", "true");
        row("'k' in {'k': 1}", "true");
        row("!(1 > 2) && 'a' < 'b'", "true");
        row("object.spec.replicas > 2", "true");
        row("object.spec.none", "!no such key: none");
        row("has(object.spec.none) || object.metadata.name.startsWith('we')", "true");
        row("has(object.spec) && !has(object.spec.none)", "true");
        row("object.spec.none == 1 || true", "true");
        row("object.items.all(i, i.n > 0)", "true");
        row("object.items.exists(i, i.n == 2)", "true");
        row("object.items.exists_one(i, i.n > 0)", "false");
        row("object.items.map(i, i.n * 2)", "[2,4]");
        row("object.items.filter(i, i.n > 1).size()", "1");
        row("object.items.map(i, i.n > 1, i.n)", "[2]");
        row("object.metadata.labels.all(k, k != 'x')", "true");
        row("size('héllo')", "5");
        row("'a-b'.matches('^[a-z]-[a-z]$')", "true");
        row("'a,b'.split(',').join('+')", R"("a+b")");
        row("'Abc'.lowerAscii().replace('a', 'z')", R"("zbc")");
        row("int('12') + 1", "13");
        row("string(12)", R"("12")");
        row("type(1) == type(2)", "true");
        row("object == null", "false");
        row("nothing", "!undeclared reference to 'nothing' (in container '')");
        row("1 + 'a'", "!no such overload");
        row("[1][3]", "!index out of bounds: 3");
    }
    void values() {
        QFETCH(QString, expression);
        QFETCH(QString, value);
        cel::Expression::Variables variables;
        variables["object"] =
            json("{'metadata':{'name':'web','labels':{'a':'b'}},'spec':{'replicas':3},'items':[{'n':1},"
                 "{'n':2}]}");
        const auto parsed = cel::Expression::parse(expression.toStdString());
        QVERIFY2(parsed.has_value(), parsed ? "" : parsed.error().c_str());
        const auto got = parsed->evaluate(variables);
        QCOMPARE(got ? print(*got) : "!" + QString::fromStdString(got.error()), value);
    }

    void badTextsAreRefused_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"", "1 +", "(1", "[1, 2", "'open", "a.", "1 ? 2", "a b", "#", "{'a' 1}"})
            QTest::newRow(text) << text;
        QTest::newRow("deep") << QString("(").repeated(5000);
        QTest::newRow("deep not") << QString("!").repeated(5000) + "true";
    }
    void badTextsAreRefused() {
        QFETCH(QString, text);
        QVERIFY(!cel::Expression::parse(text.toStdString()).has_value());
    }
};

QTEST_GUILESS_MAIN(CelTest)
#include "cel_test.moc"
