// Rules of custom resources in the expression language, without a server.

#include "cluster/api/custom/definition.h"
#include "cluster/api/custom/definition_validation.h"
#include "texts.h"

using namespace slipway::api;
using namespace slipway::api::test;

namespace {

JsonObject definition(const QString& spec) {
    return json(QStringLiteral("{'metadata':{'name':'things.example.com'},'spec':{'group':'example.com',"
                               "'scope':'Namespaced','names':{'plural':'things','kind':'Thing','listKind':'ThingList',"
                               "'singular':'thing'},'conversion':{'strategy':'None'},'versions':[{'name':'v1','served':"
                               "true,'storage':true,"
                               "'schema':{'openAPIV3Schema':{'type':'object','properties':{'spec':%1}}}}]}}")
                    .arg(spec))
        .as_object();
}

JsonObject thing(const QString& spec) {
    return json(QStringLiteral("{'apiVersion':'example.com/v1','kind':'Thing','metadata':{'name':'a','namespace':'d'},"
                               "'spec':%1}")
                    .arg(spec))
        .as_object();
}

QString told(const std::vector<StatusCause>& causes) {
    QStringList lines;
    for (const StatusCause& cause : causes)
        lines << QString::fromStdString(cause.field + ": " + cause.message);
    return lines.join("; ");
}

const QString numbers = "{'type':'object','x-kubernetes-validations':[%1],'properties':{'x':{'type':'integer'},"
                        "'y':{'type':'integer'}%2}}";

} // namespace

class CustomRulesTest : public QObject {
    Q_OBJECT

private slots:
    void definitions_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("found"); ///< a part of what is said; empty: nothing
        QTest::newRow("good") << numbers.arg("{'rule':'self.x + self.y > 0'}", "") << "";
        QTest::newRow("field") << numbers.arg("{'rule':'self.z == 100'}", "") << "undefined field 'z'";
        QTest::newRow("boolean") << numbers.arg("{'rule':'self.x'}", "") << "cel expression must evaluate to a bool";
        QTest::newRow("empty") << numbers.arg("{'rule':' '}", "") << "Required value: rule is not specified";
        QTest::newRow("dear") << numbers.arg("{'rule':'self.l.all(a, self.l.all(b, a.contains(b)))'}",
                                             ",'l':{'type':'array','items':{'type':'string'}}")
                              << "estimated rule cost exceeds budget by factor of more than 100x";
        QTest::newRow("bounded") << numbers.arg("{'rule':'self.l.all(a, self.l.exists_one(b, a == b))'}",
                                                ",'l':{'type':'array','maxItems':50,'items':{'type':'string',"
                                                "'maxLength':60}}")
                                 << "";
        QTest::newRow("old") << numbers.arg("",
                                            ",'l':{'type':'array','maxItems':5,'items':{'type':'string',"
                                            "'maxLength':5,'x-kubernetes-validations':[{'rule':'self == oldSelf'}]}}")
                             << "oldSelf cannot be used on the uncorrelatable portion of the schema within "
                                "spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[l]";
        QTest::newRow("default") << numbers.arg("", ",'d':{'type':'integer','default':3,'x-kubernetes-validations':["
                                                    "{'rule':'self > 5'}]}")
                                 << "failed rule: self > 5";
    }
    void definitions() {
        QFETCH(QString, spec);
        QFETCH(QString, found);
        const QString is = told(custom::validateDefinition(definition(spec)));
        QVERIFY2(found.isEmpty() ? is.isEmpty() : is.contains(found), qPrintable(is));
    }

    void objects_data() {
        QTest::addColumn<QString>("schema");
        QTest::addColumn<QString>("before"); ///< empty: it is new
        QTest::addColumn<QString>("after");
        QTest::addColumn<QString>("found");
        const QString sum = numbers.arg("{'rule':'self.x + self.y > 0'}", "");
        QTest::newRow("holds") << sum << "" << "{'x':1,'y':0}" << "";
        QTest::newRow("fails") << sum << "" << "{'x':0,'y':0}"
                               << "spec: Invalid value: \"object\": failed rule: self.x + self.y > 0";
        QTest::newRow("missing")
            << sum << "" << "{'x':0}"
            << "spec: Invalid value: \"object\": no such key: y evaluating rule: self.x + self.y > 0";
        QTest::newRow("message") << numbers.arg("{'rule':'self.x > 0','message':'too small','fieldPath':'.x'}", "")
                                 << ""
                                 << "{'x':0}" << "spec.x: Invalid value: \"object\": too small";
        QTest::newRow("reason") << numbers.arg("{'rule':'self.x > 0','reason':'FieldValueForbidden'}", "") << ""
                                << "{'x':0}" << "spec: Forbidden: failed rule: self.x > 0";
        const QString grows = numbers.arg("{'rule':'self.x >= oldSelf.x'}", "");
        QTest::newRow("new") << grows << "" << "{'x':0}" << "";
        QTest::newRow("grows") << grows << "{'x':1}" << "{'x':2}" << "";
        QTest::newRow("shrinks") << grows << "{'x':3}" << "{'x':2}"
                                 << "spec: Invalid value: \"object\": failed rule: self.x >= oldSelf.x";
        const QString keyed = numbers.arg(
            "", ",'l':{'type':'array','maxItems':9,'x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['k'],"
                "'items':{'type':'object','required':['k'],'properties':{'k':{'type':'string'},'v':{'type':'integer'}},"
                "'x-kubernetes-validations':[{'rule':'self.v == oldSelf.v'}]}}");
        QTest::newRow("keys") << keyed << "{'l':[{'k':'a','v':1},{'k':'b','v':2}]}"
                              << "{'l':[{'k':'b','v':2},{'k':'c','v':9}]}"
                              << "";
        QTest::newRow("key changed") << keyed << "{'l':[{'k':'a','v':1}]}" << "{'l':[{'k':'b','v':2},{'k':'a','v':9}]}"
                                     << "spec.l[1]: Invalid value: \"object\": failed rule: self.v == oldSelf.v";
        const QString strict = numbers.arg("", ",'s':{'type':'string','maxLength':3}");
        QTest::newRow("tolerated") << strict << "{'x':1,'s':'too long'}" << "{'x':2,'s':'too long'}" << "";
        QTest::newRow("changed") << strict << "{'x':1,'s':'too long'}" << "{'x':1,'s':'longer still'}"
                                 << "spec.s: Too long: may not be more than 3 bytes";
        QTest::newRow("wrong type")
            << sum << "" << "{'x':'a','y':1}"
            << "spec.x: Invalid value: \"string\": spec.x in body must be of type integer: "
               "\"string\"; <nil>: Invalid value: null: some validation rules were not checked "
               "because the object was invalid; correct the existing errors to complete validation";
    }
    void objects() {
        QFETCH(QString, schema);
        QFETCH(QString, before);
        QFETCH(QString, after);
        QFETCH(QString, found);
        const custom::Definition made(definition(schema));
        const JsonObject old = before.isEmpty() ? JsonObject() : thing(before);
        const auto causes =
            custom::validateObject(*made.served().front(), thing(after), before.isEmpty() ? nullptr : &old, nullptr);
        QCOMPARE(told(causes), found);
    }

    void unchangedFaultsAreWarnings() {
        const custom::Definition made(definition(numbers.arg(
            "", ",'t':{'type':'string','maxLength':9,'x-kubernetes-validations':[{'rule':'self == \\\"v\\\"'}]}")));
        const JsonObject old = thing("{'x':1,'t':'u'}");
        std::vector<std::string> warnings;
        const auto causes = custom::validateObject(*made.served().front(), thing("{'x':2,'t':'u'}"), &old, &warnings);
        QCOMPARE(told(causes), QString());
        QCOMPARE(warnings, std::vector<std::string>{"spec.t: Invalid value: \"string\": failed rule: self == \"v\""});
    }
};

QTEST_GUILESS_MAIN(CustomRulesTest)
#include "custom_rules_test.moc"
