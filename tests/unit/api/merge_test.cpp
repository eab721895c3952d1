// What server-side apply does with values and sets of fields.

#include "cluster/api/apply/typed_value.h"
#include "cluster/api/decode.h"
#include "cluster/api/json_duplicates.h"
#include "cluster/api/yaml.h"
#include "texts.h"

using namespace slipway::api;
using namespace slipway::api::apply;
using namespace slipway::api::test;

class MergeTest : public QObject {
    Q_OBJECT

    static MergeSchema pods() { return MergeSchema::of(*findResource("", "v1", "pods")); }
    static JsonObject withContainers(const QString& list) {
        return object(QStringLiteral("{'spec':{'containers':%1}}").arg(list));
    }
    static QString quoted(const Json& value) { return print(value).replace(u'"', u'\''); }

private slots:
    void listsKeepTheOrderOfTheConfiguration_data() {
        QTest::addColumn<QString>("live");
        QTest::addColumn<QString>("config");
        QTest::addColumn<QString>("merged");
        const auto row = [](const char* live, const char* config, const char* merged) {
            QTest::addRow("%s + %s", live, config) << live << config << merged;
        };
        row("a b c", "c a", "b c a");
        row("a b", "b a", "b a");
        row("x a y b", "a b", "x a y b");
        row("", "a b", "a b");
        row("a b", "", "a b");
        row("a", "b a", "b a");
        row("a z", "a b", "a z b");
    }
    void listsKeepTheOrderOfTheConfiguration() {
        QFETCH(QString, live);
        QFETCH(QString, config);
        QFETCH(QString, merged);
        const auto list = [](const QString& names) {
            JsonArray items;
            for (const QString& name : names.split(' ', Qt::SkipEmptyParts))
                items.push_back(JsonObject{{"name", name.toStdString()}});
            return JsonObject{{"spec", JsonObject{{"containers", std::move(items)}}}};
        };
        const JsonObject result = merge(list(live), list(config), pods());
        QStringList names;
        for (const Json& item : find(result, {"spec", "containers"})->as_array())
            names << QString::fromStdString(std::string(stringAt(item, {"name"})));
        QCOMPARE(names.join(' '), merged);
    }

    void setsAreWrittenAndRead() {
        const JsonObject json =
            object("{'f:metadata':{'f:labels':{'.':{},'f:a':{}}},'f:spec':{'f:containers':{"
                   "'k:{\\'name\\':\\'c\\'}':{'.':{},'f:image':{}}},'f:list':{'v:\\'x\\'':{},'i:3':{}}}}");
        const FieldSet set = FieldSet::fromJson(json);
        QCOMPARE(quoted(set.toJson()), quoted(json));
        QStringList paths;
        set.eachPath([&](const Path& path) { paths << QString::fromStdString(spelled(path)); });
        QVERIFY(paths.contains(".spec.containers[name=\"c\"].image"));
        QVERIFY(paths.contains(".spec.list[=\"x\"]"));
        QVERIFY(set.minus(set).empty());
        QVERIFY(set.intersect(set) == set);
    }

    void whatIsMadeIsOwnedAsWhatWasAdded_data() {
        QTest::addColumn<QString>("made");
        QTest::newRow("nothing") << "{}";
        QTest::newRow("names") << "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'a','uid':'u','labels':{'b':'1',"
                                  "'a':'2'},'annotations':{},'finalizers':['y','x'],'ownerReferences':[{'uid':'o'}]}}";
        QTest::newRow("spec") << "{'spec':{'nodeName':'n','volumes':[{'name':'v','emptyDir':{}}],'tolerations':[{'key':"
                                 "'k'}],'containers':[{'name':'b','image':'x','command':['c'],'ports':[{"
                                 "'containerPort':80},{'containerPort':80,'protocol':'UDP'}],'resources':{'limits':{"
                                 "'cpu':'1'}},'env':[]},{'name':'a'}],'hostAliases':null,'nodeSelector':{'z':'1'}}}";
        QTest::newRow("status") << "{'metadata':{'name':'a'},'status':{'phase':'Running','conditions':[{'type':'x'}]}}";
        QTest::newRow("items without keys") << "{'spec':{'containers':[{'image':'x'},{'name':'a'},{'name':'a'}]}}";
    }
    void whatIsMadeIsOwnedAsWhatWasAdded() {
        QFETCH(QString, made);
        FieldSet unowned;
        unowned.insert({PathElement::member("metadata")});
        unowned.insert({PathElement::member("metadata"), PathElement::member("name")});
        FieldSet status;
        status.insert({PathElement::member("status")});
        const FieldSet added = compare({}, object(made), pods()).added.minus(unowned);
        QCOMPARE(quoted(newFields(object(made), pods(), unowned, {})), quoted(added.toJson()));
        QCOMPARE(quoted(newFields(object(made), pods(), unowned, "status")), quoted(added.minusDeep(status).toJson()));
    }

    void differencesAreFound() {
        const JsonObject before =
                             withContainers("[{'name':'a','image':'x','env':[{'name':'E','value':'1'}]},{'name':'b'}]"),
                         after = withContainers("[{'name':'a','image':'y','tty':true},{'name':'c'}]");
        const Comparison found = compare(before, after, pods());
        QCOMPARE(quoted(found.modified.toJson()),
                 "{'f:spec':{'f:containers':{'k:{\\'name\\':\\'a\\'}':{'f:image':{}}}}}");
        QCOMPARE(quoted(found.added.toJson()), "{'f:spec':{'f:containers':{'k:{\\'name\\':\\'a\\'}':{'f:tty':{}},'k:{"
                                               "\\'name\\':\\'c\\'}':{'.':{},'f:name':{}}}}}");
        QVERIFY(found.removed.has({PathElement::member("spec"),
                                   PathElement::member("containers"),
                                   {PathElement::Kind::keys, R"({"name":"b"})"}}));
        QVERIFY(compare(before, before, pods()).same());
    }

    void partsAreTakenOut() {
        const JsonObject pod = object("{'metadata':{'labels':{'a':'1','b':'2'},'finalizers':['x','y']},'spec':{'"
                                      "containers':[{'name':'a','image':'i'}]}}");
        const FieldSet set =
            FieldSet::fromJson(object("{'f:metadata':{'f:labels':{'f:a':{}},'f:finalizers':{'v:\\'y\\'':{}}},'f:spec':{"
                                      "'f:containers':{'k:{\\'name\\':\\'a\\'}':{'.':{}}}}}"));
        QCOMPARE(quoted(without(pod, set, pods())), "{'metadata':{'labels':{'b':'2'},'finalizers':['x']}}");
    }

    void configurationsAreJudged() {
        const auto said = [](const QString& config) {
            const auto problems = problemsOf(object(config), pods());
            return problems.empty() ? QString() : QString::fromStdString(problems.front());
        };
        QCOMPARE(said("{'spec':{'hostname':'h'}}"), "");
        QCOMPARE(said("{'spec':{'nothing':1}}"), ".spec.nothing: field not declared in schema");
        QCOMPARE(said("{'spec':{'priority':'x'}}"), ".spec.priority: expected numeric (int or float), got string");
        QCOMPARE(said("{'spec':{'containers':[{'name':'a'},{'name':'a'}]}}"),
                 ".spec.containers: duplicate entries for key [name=\"a\"]");
        QCOMPARE(said("{'spec':{'containers':[{'image':'a'}]}}"),
                 ".spec.containers: element 0: associative list with keys has an element that omits all key fields");
    }

    void duplicatesAreFoundInTheirOrder() {
        const std::string text = R"({"a":1,"b":{"c":[{"d":1,"d":2}],"x":{},"x":1},"a":2})";
        QCOMPARE(duplicateMembers(text), (std::vector<std::string>{"b.c[0].d", "b.x", "a"}));
        QVERIFY(duplicateMembers(R"({"a":{"b":1},"c":{"b":1}})").empty());
        std::vector<std::string> paths{"a", "b.x", "b.c[0].d"};
        orderAsWritten(R"({"b":{"x":1,"c":[{"d":1}]},"a":1})", paths);
        QCOMPARE(paths, (std::vector<std::string>{"b.x", "b.c[0].d", "a"}));
    }

    void yamlMeansTheSame_data() {
        QTest::addColumn<QString>("value");
        for (const char* value :
             {"{'a':{'b':[1,2,{'c':'d'}],'e':[]},'f':{}}", "{'yes':'true','n':'12','t':'2026-01-01'}",
              "{'s':'a: b','m':'line\\nline','q':'it is #1','e':''}", "{'l':[['a'],[{'b':1.5}],null]}"})
            QTest::newRow(value) << value;
    }
    void yamlMeansTheSame() {
        QFETCH(QString, value);
        const Json wanted = json(value);
        const std::string text = printYaml(wanted);
        const auto read = yamlToJson(text);
        QVERIFY2(read, text.c_str());
        QVERIFY2(*read == wanted, text.c_str());
    }
};

QTEST_GUILESS_MAIN(MergeTest)
#include "merge_test.moc"
