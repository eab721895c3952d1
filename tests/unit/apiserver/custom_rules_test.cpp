// Rules of custom resources in the expression language: what definitions may say, and what is said of objects.

#include "tests/unit/apiserver/api_under_test.h"

using namespace slipway;
using slipway::test::ApiUnderTest;

namespace {

const std::string definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                  things = "/apis/example.com/v1/namespaces/default/things";

/// A definition whose spec has this schema.
QString definition(const QString& spec) {
    return QStringLiteral(R"({'apiVersion':'apiextensions.k8s.io/v1','kind':'CustomResourceDefinition',
      'metadata':{'name':'things.example.com'},
      'spec':{'group':'example.com','scope':'Namespaced','names':{'plural':'things','kind':'Thing'},
        'versions':[{'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':
          {'type':'object','properties':{'spec':%1}}}}]}})")
        .arg(spec);
}

QString thing(const QString& name, const QString& spec) {
    return QStringLiteral("{'apiVersion':'example.com/v1','kind':'Thing','metadata':{'name':'%1'},'spec':%2}")
        .arg(name, spec);
}

/// An object with integers x and y and more properties, and these rules.
QString objectSchema(const QString& rules, const QString& more = {}) {
    return QStringLiteral("{'type':'object','x-kubernetes-validations':[%1],"
                          "'properties':{'x':{'type':'integer'},'y':{'type':'integer'}%2}}")
        .arg(rules, more);
}

const std::string at = "spec.versions[0].schema.openAPIV3Schema.properties[spec]";

/// The first cause of a refusal: field and message.
QString cause(const ApiUnderTest::Answer& answer, std::size_t index = 0) {
    const api::Json* list = api::find(answer.body, {"details", "causes"});
    if (list == nullptr || !list->is_array() || list->get_array().size() <= index)
        return answer.brief();
    const api::Json& one = list->get_array()[index];
    return QString::fromStdString(
        std::format("{}: {}", api::stringAt(one, {"field"}), api::stringAt(one, {"message"})));
}

} // namespace

class CustomRulesTest : public QObject {
    Q_OBJECT

    static void define(ApiUnderTest& api, const QString& spec) {
        const auto made = api.post(definitions, definition(spec));
        QVERIFY2(made.code == 201, qPrintable(made.brief()));
        QTRY_VERIFY_WITH_TIMEOUT(api.get(things).code == 200, 10000);
    }

private slots:
    void definitionsAreJudged_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("wanted");
        const QString rule =
            QStringLiteral("apiextensions.ValidationRule{Rule:\"%1\", Message:\"\", "
                           "MessageExpression:\"\", Reason:(*apiextensions.FieldValueErrorReason)(nil), "
                           "FieldPath:\"\", OptionalOldSelf:(*bool)(nil)}");
        QTest::newRow("unknown field")
            << objectSchema("{'rule':'self.z == 100'}")
            << ".x-kubernetes-validations[0].rule: Invalid value: " + rule.arg("self.z == 100") +
                   ": compilation failed: ERROR: <input>:1:5: undefined field 'z'\n | self.z == "
                   "100\n | ....^";
        QTest::newRow("no boolean") << objectSchema("{'rule':'self.x'}")
                                    << ".x-kubernetes-validations[0].rule: Invalid value: " + rule.arg("self.x") +
                                           ": cel expression must evaluate to a bool";
        QTest::newRow("empty") << objectSchema("{'rule':' '}")
                               << ".x-kubernetes-validations[0].rule: Required value: rule is not specified";
        QTest::newRow("reason") << objectSchema("{'rule':'true','reason':'Odd'}")
                                << ".x-kubernetes-validations[0].reason: Unsupported value: \"Odd\": supported values: "
                                   "\"FieldValueDuplicate\", \"FieldValueForbidden\", \"FieldValueInvalid\", "
                                   "\"FieldValueRequired\"";
        QTest::newRow("path")
            << objectSchema("{'rule':'true','fieldPath':'.q'}")
            << ".x-kubernetes-validations[0].fieldPath: Invalid value: \".q\": fieldPath must be a valid "
               "path: does not refer to a valid field";
        QTest::newRow("dear")
            << objectSchema("{'rule':'self.l.all(a, self.l.all(b, a.contains(b)))'}",
                            ",'l':{'type':'array','items':{'type':'string'}}")
            << ".x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by "
               "factor of more than 100x (try simplifying the rule, or adding maxItems, maxProperties, "
               "and maxLength where arrays, maps, and strings are declared)";
        QTest::newRow("old below a list")
            << objectSchema("", ",'l':{'type':'array','maxItems':5,'items':{'type':'string','maxLength':5,"
                                "'x-kubernetes-validations':[{'rule':'self == oldSelf'}]}}")
            << ".properties[l].items.x-kubernetes-validations[0].rule: Invalid value: \"self == oldSelf\": oldSelf "
               "cannot be "
               "used on the uncorrelatable portion of the schema within " +
                   QString::fromStdString(at) + ".properties[l]";
        QTest::newRow("default") << objectSchema("", ",'d':{'type':'integer','default':3,"
                                                     "'x-kubernetes-validations':[{'rule':'self > 5'}]}")
                                 << ".properties[d].default: Invalid value: \"integer\": failed rule: self > 5";
    }
    void definitionsAreJudged() {
        QFETCH(QString, spec);
        QFETCH(QString, wanted);
        ApiUnderTest api;
        const auto made = api.post(definitions, definition(spec));
        QCOMPARE(made.code, 422);
        QCOMPARE(cause(made), QString::fromStdString(at) + wanted);
    }

    void boundedRulesAreTaken() {
        ApiUnderTest api;
        const auto made =
            api.post(definitions,
                     definition(objectSchema("{'rule':'self.l.all(a, self.l.exists_one(b, a == b))'}",
                                             ",'l':{'type':'array','maxItems':50,'items':{'type':'string','maxLength':"
                                             "60}}")));
        QCOMPARE(made.brief(), "201");
    }

    void objectsAreJudged_data() {
        QTest::addColumn<QString>("rules");
        QTest::addColumn<QString>("more");
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("wanted"); ///< empty: it is taken
        const auto row = [](const char* name, const QString& rules, const QString& more, const QString& spec,
                            const QString& wanted) { QTest::newRow(name) << rules << more << spec << wanted; };
        const QString sum = "{'rule':'self.x + self.y > 0'}";
        row("holds", sum, "", "{'x':1,'y':0}", "");
        row("fails", sum, "", "{'x':0,'y':0}", "spec: Invalid value: \"object\": failed rule: self.x + self.y > 0");
        row("missing", sum, "", "{'x':0}",
            "spec: Invalid value: \"object\": no such key: y evaluating rule: self.x + self.y > 0");
        row("message", "{'rule':'self.x > 0','message':'x must be positive','fieldPath':'.x'}", "", "{'x':0}",
            "spec.x: Invalid value: \"object\": x must be positive");
        row("message expression", "{'rule':'self.x > 0','messageExpression':'\\\"x is \\\" + string(self.x)'}", "",
            "{'x':-3}", "spec: Invalid value: \"object\": x is -3");
        row("reason", "{'rule':'self.x > 0','reason':'FieldValueForbidden'}", "", "{'x':0}",
            "spec: Forbidden: failed rule: self.x > 0");
        row("date", "{'rule':'self.t < timestamp(\\\"2024-01-01T00:00:00Z\\\")'}",
            ",'t':{'type':'string','format':'date-time'}", "{'t':'2025-01-01T00:00:00Z'}",
            "spec: Invalid value: \"object\": failed rule: self.t < timestamp(\"2024-01-01T00:00:00Z\")");
        row("escaped names", "{'rule':'self.a__dash__b == 1 && self.__namespace__ == 2'}",
            ",'a-b':{'type':'integer'},'namespace':{'type':'integer'}", "{'a-b':1,'namespace':2}", "");
        row("number", "{'rule':'self.n / 2.0 == 1.5'}", ",'n':{'type':'number'}", "{'n':3}", "");
        row("set", "{'rule':'self.s == [\\\"b\\\", \\\"a\\\"]'}",
            ",'s':{'type':'array','maxItems':9,'x-kubernetes-list-type':'set','items':{'type':'string','maxLength':9}}",
            "{'s':['a','b']}", "");
        row("int or string", "{'rule':'type(self.p) == int ? self.p > 5 : self.p.endsWith(\\\"%\\\")'}",
            ",'p':{'x-kubernetes-int-or-string':true,'maxLength':9}", "{'p':'50%'}", "");
        row("wrong type", sum, "", "{'x':'a','y':1}",
            "spec.x: Invalid value: \"string\": spec.x in body must be of type integer: \"string\"");
        row("items", "",
            ",'m':{'type':'object','additionalProperties':{'type':'integer','x-kubernetes-validations':["
            "{'rule':'self < 5'}]}}",
            "{'m':{'k':7}}", "spec.m[k]: Invalid value: \"integer\": failed rule: self < 5");
    }
    void objectsAreJudged() {
        QFETCH(QString, rules);
        QFETCH(QString, more);
        QFETCH(QString, spec);
        QFETCH(QString, wanted);
        ApiUnderTest api;
        define(api, objectSchema(rules, more));
        const auto made = api.post(things, thing("a", spec));
        if (wanted.isEmpty())
            QCOMPARE(made.brief(), "201");
        else
            QCOMPARE(cause(made), wanted);
    }

    void changesAreCompared() {
        ApiUnderTest api;
        define(api, objectSchema("{'rule':'self.x >= oldSelf.x','message':'x may only grow'},"
                                 "{'rule':'!oldSelf.hasValue() || oldSelf.value().y == self.y','optionalOldSelf':true,"
                                 "'message':'y stays'}"));
        QCOMPARE(api.post(things, thing("a", "{'x':5,'y':1}")).brief(), "201");
        QCOMPARE(api.merge(things + "/a", "{'spec':{'x':6}}").brief(), "200");
        QCOMPARE(cause(api.merge(things + "/a", "{'spec':{'x':4}}")),
                 QString("spec: Invalid value: \"object\": x may only grow"));
        QCOMPARE(cause(api.merge(things + "/a", "{'spec':{'y':4}}")),
                 QString("spec: Invalid value: \"object\": y stays"));
    }

    void listItemsAreComparedByTheirKeys() {
        ApiUnderTest api;
        define(api, objectSchema("", ",'l':{'type':'array','maxItems':9,'x-kubernetes-list-type':'map',"
                                     "'x-kubernetes-list-map-keys':['k'],'items':{'type':'object','required':['k'],"
                                     "'properties':{'k':{'type':'string'},'v':{'type':'integer'}},"
                                     "'x-kubernetes-validations':[{'rule':'self.v == oldSelf.v'}]}}"));
        QCOMPARE(api.post(things, thing("a", "{'l':[{'k':'one','v':1},{'k':'two','v':2}]}")).brief(), "201");
        QCOMPARE(api.merge(things + "/a", "{'spec':{'l':[{'k':'two','v':2},{'k':'three','v':9}]}}").brief(), "200");
        QCOMPARE(cause(api.merge(things + "/a", "{'spec':{'l':[{'k':'three','v':8}]}}")),
                 QString("spec.l[0]: Invalid value: \"object\": failed rule: self.v == oldSelf.v"));
    }

    /// What was taken under an older schema stays until it is changed.
    void oldFaultsAreTolerated() {
        ApiUnderTest api;
        define(api, objectSchema("", ",'s':{'type':'string'},'t':{'type':'string'}"));
        QCOMPARE(api.post(things, thing("a", "{'x':-1,'s':'long text','t':'u'}")).brief(), "201");
        auto crd = api.get(definitions + "/things.example.com").body;
        const QString strict = definition(objectSchema(
            "", ",'s':{'type':'string','maxLength':3},'t':{'type':'string','maxLength':5,'x-kubernetes-validations':["
                "{'rule':'self == \\\"v\\\"'}]}"));
        QCOMPARE(api.merge(definitions + "/things.example.com", strict).brief(), "200");
        QTRY_COMPARE_WITH_TIMEOUT(api.post(things, thing("b", "{'s':'long text'}")).code, 422, 10000);
        const auto changed = api.merge(things + "/a", "{'spec':{'x':1}}");
        QCOMPARE(changed.brief(), "200");
        QCOMPARE(changed.warnings,
                 std::vector<std::string>{"spec.t: Invalid value: \"string\": failed rule: self == \"v\""});
        QCOMPARE(cause(api.merge(things + "/a", "{'spec':{'s':'other text'}}")),
                 QString("spec.s: Too long: may not be more than 3 bytes"));
    }
};

QTEST_GUILESS_MAIN(CustomRulesTest)
#include "custom_rules_test.moc"
