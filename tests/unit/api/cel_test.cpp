#include "cluster/api/cel/authorizer.h"
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
        row("-9223372036854775808", "-9223372036854775808");
        row("1u + 2u == 3u && 1 < 2.5 && 3u > 2", "true");
        row("'\\u00e9\\x41\\101'", "\"\u00e9AA\"");
        row("size(b'\\xff\\000')", "2");
        row("'h\u00e9llo'.substring(1, 3) + 'h\u00e9llo'.charAt(4)", "\"\u00e9lo\"");
        row("'abab'.indexOf('b', 2) == 3 && 'abab'.lastIndexOf('a') == 2", "true");
        row("'a,b,c'.split(',', 2)", R"(["a","b,c"])");
        row("'aaa'.replace('a', 'b', 2)", R"("bba")");
        row("'%s has %d of %.2f, %x'.format(['x', 3, 1.5, 255])", R"("x has 3 of 1.50, ff")");
        row("'a1b22'.findAll('[0-9]+')", R"(["1","22"])");
        row("[3, 1, 2].isSorted() || [1, 2].isSorted() && [1, 2, 3].sum() == 6", "true");
        row("[2, 5, 1].max() * 10 + [2, 5, 1].min()", "51");
        row("sets.contains([1, 2, 3], [2]) && sets.intersects([1], [1, 2]) && sets.equivalent([1, 1], [1])", "true");
        row("duration('1h30m').getMinutes()", "90");
        row("timestamp('2024-02-29T12:30:00Z') + duration('24h') == timestamp('2024-03-01T12:30:00Z')", "true");
        row("timestamp('2024-02-29T23:30:00Z').getHours('+02:00')", "1");
        row("string(duration('90s')) + string(timestamp('2024-01-01T00:00:00.5Z'))", R"("90s2024-01-01T00:00:00.5Z")");
        row("url('https://u@example.com:80/a%20b?x=1&x=2').getQuery()['x'].size()", "2");
        row("url('https://[::1]:80/').getHostname() + url('https://e.com:81/p').getPort()", R"("::181")");
        row("isURL('nothing') || isURL('/abs')", "true");
        row("quantity('1Gi').isGreaterThan(quantity('1G')) && quantity('200k').add(quantity('1')).asInteger() == "
            "200001",
            "true");
        row("isQuantity('1.3Gi') && !isQuantity('1.3.3')", "true");
        row("ip('127.0.0.1').isLoopback() && ip('::1').family() == 6 && !isIP('1.2.3.256')", "true");
        row("cidr('10.0.0.0/8').containsIP('10.1.2.3') && cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')", "true");
        row("string(cidr('10.1.2.3/8').masked())", R"("10.0.0.0/8")");
        row("ip.isCanonical('2001:DB8::1')", "false");
        row("semver('1.2.3-rc.1').isLessThan(semver('1.2.3')) && isSemver('v1.2', true) && !isSemver('v1.2')", "true");
        row("format.dns1123Label().validate('Ab').hasValue() && !format.uuid().validate("
            "'123e4567-e89b-12d3-a456-426614174000').hasValue()",
            "true");
        row("object.?spec.?replicas.orValue(0) + object.?none.?x.orValue(10)", "13");
        row("{'a': 1}[?'b'].or(optional.of(2)).value()", "2");
        row("[1, ?optional.none(), ?optional.of(3)]", "[1,3]");
        row("object.?spec.replicas.optMap(r, r * 2).value()", "6");
        row("[10, 20].all(i, v, v == (i + 1) * 10) && {'a': 1}.exists(k, v, k == 'a' && v == 1)", "true");
        row("[1, 2].transformList(i, v, i * v)", "[0,2]");
        row("{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 2)", R"({"b":4})");
        row("type(object.spec.replicas) == int && type('x') == string", "true");
        row("dyn(1) == 1.0", "true");
    }

    /// What the compiler says of expressions of declared types.
    void typesAreChecked_data() {
        QTest::addColumn<QString>("expression");
        QTest::addColumn<QString>("problem"); ///< empty: none
        const auto row = [](const char* expression, const char* problem) {
            QTest::newRow(expression) << expression << problem;
        };
        row("self.x + self.y > 0", "");
        row("self.z == 100", "ERROR: <input>:1:5: undefined field 'z'\n | self.z == 100\n | ....^");
        row("self.x > 'a'", "ERROR: <input>:1:8: found no matching overload for '_>_' applied to '(int, string)'\n | "
                            "self.x > 'a'\n | .......^");
        row("self.names.all(n, n.size() > 0 && n.startsWith('a'))", "");
        row("self.names.all(n, n > 1)",
            "ERROR: <input>:1:21: found no matching overload for '_>_' applied to '(string, "
            "int)'\n | self.names.all(n, n > 1)\n | ....................^");
        row("nobody", "ERROR: <input>:1:1: undeclared reference to 'nobody' (in container '')\n | nobody\n | ^");
        row("self.x in [1, 2, 'a']",
            "ERROR: <input>:1:18: expected type 'int' but found 'string'\n | self.x in [1, 2, 'a']\n | "
            ".................^");
        row("self.when > timestamp('2024-01-01T00:00:00Z') && self.free.isLessThan(quantity('1'))", "");
        row("self.x.foo", "ERROR: <input>:1:7: type 'int' does not support field selection\n | self.x.foo\n | ......^");
        row("self.names.exists(n, n == 'a') ? 1 : 'b'",
            "ERROR: <input>:1:32: found no matching overload for '_?_:_' applied to '(bool, int, string)'\n | "
            "self.names.exists(n, n == 'a') ? 1 : 'b'\n | ...............................^");
        row("self.x.lowerAscii()", "ERROR: <input>:1:18: found no matching overload for 'lowerAscii' applied to "
                                   "'int.()'\n | self.x.lowerAscii()\n | .................^");
        row("self.", "ERROR: <input>:1:6: Syntax error: mismatched input '<EOF>' expecting IDENTIFIER\n | self.\n | "
                     ".....^");
    }
    void typesAreChecked() {
        QFETCH(QString, expression);
        QFETCH(QString, problem);
        auto self = std::make_shared<cel::Type>();
        self->kind = cel::Kind::object;
        self->name = "object";
        self->fields = {{"x", cel::simple(cel::Kind::int_)},
                        {"y", cel::simple(cel::Kind::int_)},
                        {"names", cel::listOf(cel::simple(cel::Kind::string))},
                        {"when", cel::simple(cel::Kind::timestamp)},
                        {"free", cel::simple(cel::Kind::dyn)}};
        const auto compiled = cel::Expression::compile(expression.toStdString(), {{"self", self}});
        QCOMPARE(compiled ? QString() : QString::fromStdString(compiled.error()), problem);
    }

    void whatCostsTooMuchEnds() {
        const auto expression = cel::Expression::parse(
            "[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, "
            "[1,2,3,4,5,6,7,8,9,10].all(d, [1,2,3,4,5,6,7,8,9,10].all(e, a + b + c + d + e > 0)))))");
        QVERIFY(expression.has_value());
        const auto value = expression->evaluate({});
        QVERIFY(!value.has_value());
        QCOMPARE(value.error(), std::string("operation cancelled: actual cost limit exceeded"));
    }

    void theAuthorizerIsAsked() {
        std::vector<std::string> asked;
        cel::Expression::Variables variables;
        variables["authorizer"] = cel::authorizerValue([&](const cel::AccessQuestion& question) {
            asked.push_back(question.group + " " + question.resource + " " + question.ns + " " + question.verb + " " +
                            question.accountName);
            return cel::AccessAnswer{question.verb == "create", "because", ""};
        });
        const auto may = cel::Expression::parse(
            "authorizer.group('apps').resource('deployments').namespace('a').check('create').allowed() && "
            "!authorizer.serviceAccount('n', 's').path('/x').check('get').allowed()");
        QVERIFY(may.has_value());
        QCOMPARE(may->evaluate(variables).value(), Json(true));
        QCOMPARE(asked, (std::vector<std::string>{"apps deployments a create ", "   get s"}));
    }
    void values() {
        QFETCH(QString, expression);
        QFETCH(QString, value);
        cel::Expression::Variables variables;
        variables["object"] =
            cel::Value(json("{'metadata':{'name':'web','labels':{'a':'b'}},'spec':{'replicas':3},'items':[{'n':1},"
                            "{'n':2}]}"));
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
