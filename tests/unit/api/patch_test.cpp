#include "cluster/api/patch.h"
#include "texts.h"

using namespace slipway::api;
using namespace slipway::api::test;

/// The three patch types, with the results Kubernetes gives.
class PatchTest : public QObject {
    Q_OBJECT
private slots:
    void strategicMerge_data();
    void strategicMerge();
    void strategicMergeRefuses_data();
    void strategicMergeRefuses();
    void mergePatch_data();
    void mergePatch();
    void jsonPatch_data();
    void jsonPatch();
    void jsonPatchRefuses_data();
    void jsonPatchRefuses();
};

void PatchTest::strategicMerge_data() {
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("patch");
    QTest::addColumn<QString>("after");
    const auto row = [](const char* name, const char* type, const char* before, const char* patch, const char* after) {
        QTest::newRow(name) << type << before << patch << after;
    };
    row("set image", "apps.v1.Deployment",
        "{'spec':{'template':{'spec':{'containers':[{'name':'a','image':'x:1'},{'name':'b','image':'y'}]}}}}",
        "{'spec':{'template':{'spec':{'$setElementOrder/"
        "containers':[{'name':'a'},{'name':'b'}],'containers':[{'image':'x:2','name':'a'}]}}}}",
        "{'spec':{'template':{'spec':{'containers':[{'name':'a','image':'x:2'},{'name':'b','image':'y'}]}}}}");
    row("annotations merge, null removes", "core.v1.Pod", "{'metadata':{'annotations':{'a':'1','b':'2'}}}",
        "{'metadata':{'annotations':{'b':null,'c':'3'}}}", "{'metadata':{'annotations':{'a':'1','c':'3'}}}");
    row("container removed", "core.v1.PodSpec", "{'containers':[{'name':'a'},{'name':'b'}]}",
        "{'containers':[{'name':'a','$patch':'delete'}]}", "{'containers':[{'name':'b'}]}");
    row("list replaced", "core.v1.PodSpec", "{'containers':[{'name':'a'},{'name':'b'}]}",
        "{'containers':[{'name':'c'},{'$patch':'replace'}]}", "{'containers':[{'name':'c'}]}");
    row("map replaced", "core.v1.PodSpec", "{'nodeSelector':{'a':'1','b':'2'}}",
        "{'nodeSelector':{'$patch':'replace','c':'3'}}", "{'nodeSelector':{'c':'3'}}");
    row("atomic list is replaced", "core.v1.Container", "{'args':['a','b']}", "{'args':['c']}", "{'args':['c']}");
    row("new elements take the patch's order, the server's own stay before what follows them", "core.v1.Container",
        "{'env':[{'name':'A'},{'name':'B'}]}", "{'env':[{'name':'C'},{'name':'A','value':'1'}]}",
        "{'env':[{'name':'C'},{'name':'A','value':'1'},{'name':'B'}]}");
    row("element order", "core.v1.Container", "{'env':[{'name':'A'},{'name':'S'},{'name':'B'}]}",
        "{'$setElementOrder/env':[{'name':'B'},{'name':'A'}]}", "{'env':[{'name':'S'},{'name':'B'},{'name':'A'}]}");
    row("finalizer added", "meta.v1.ObjectMeta", "{'finalizers':['a']}", "{'finalizers':['b','a']}",
        "{'finalizers':['b','a']}");
    row("finalizer removed", "meta.v1.ObjectMeta", "{'finalizers':['a','b','c']}",
        "{'$deleteFromPrimitiveList/finalizers':['b'],'$setElementOrder/finalizers':['a','c']}",
        "{'finalizers':['a','c']}");
    row("strategy retains only the named keys", "apps.v1.DeploymentSpec",
        "{'strategy':{'type':'RollingUpdate','rollingUpdate':{'maxSurge':1}}}",
        "{'strategy':{'$retainKeys':['type'],'type':'Recreate'}}", "{'strategy':{'type':'Recreate'}}");
    row("volume source switched", "core.v1.PodSpec", "{'volumes':[{'name':'v','emptyDir':{}}]}",
        "{'volumes':[{'$retainKeys':['hostPath','name'],'hostPath':{'path':'/x'},'name':'v'}]}",
        "{'volumes':[{'name':'v','hostPath':{'path':'/x'}}]}");
    row("nulls and directives of what was absent go", "core.v1.PodSpec", "{}",
        "{'securityContext':{'runAsUser':null,'runAsGroup':1},'containers':[{'name':'a','env':[{'name':'X','$patch':'"
        "delete'}]}]}",
        "{'securityContext':{'runAsGroup':1},'containers':[{'name':'a','env':[]}]}");
    row("service ports by number", "core.v1.ServiceSpec", "{'ports':[{'port':80,'targetPort':80}]}",
        "{'ports':[{'port':80,'targetPort':8080},{'port':443}]}",
        "{'ports':[{'port':80,'targetPort':8080},{'port':443}]}");
}

void PatchTest::strategicMerge() {
    QFETCH(QString, type);
    QFETCH(QString, before);
    QFETCH(QString, patch);
    QFETCH(QString, after);
    const Type* schema = findType(type.toStdString());
    QVERIFY(schema != nullptr);
    const auto result = applyStrategicMergePatch(object(before), object(patch), *schema);
    QVERIFY(result.has_value());
    QVERIFY2(Json(*result) == json(after), qPrintable(print(*result)));
}

void PatchTest::strategicMergeRefuses_data() {
    QTest::addColumn<QString>("patch");
    QTest::addColumn<QString>("message");
    QTest::newRow("no merge key") << "{'containers':[{'image':'x'}]}"
                                  << "map: {\"image\":\"x\"} does not contain declared merge key: name";
    QTest::newRow("unknown directive") << "{'securityContext':{'$patch':'keep'}}" << "Unknown patch type found: keep";
    QTest::newRow("unknown directive of an element")
        << "{'containers':[{'name':'a','$patch':'keep'}]}" << "Unknown patch type found: keep";
}

void PatchTest::strategicMergeRefuses() {
    QFETCH(QString, patch);
    QFETCH(QString, message);
    const auto result = applyStrategicMergePatch(object("{'containers':[{'name':'a'}],'securityContext':{}}"),
                                                 object(patch), *findType("core.v1.PodSpec"));
    QVERIFY(!result.has_value());
    QCOMPARE(QString::fromStdString(result.error().message), message);
    QCOMPARE(result.error().code, 400);
}

void PatchTest::mergePatch_data() { // RFC 7396, appendix A
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("patch");
    QTest::addColumn<QString>("after");
    int number = 0;
    const auto row = [&](const char* before, const char* patch, const char* after) {
        QTest::addRow("case %d", ++number) << before << patch << after;
    };
    row("{'a':'b'}", "{'a':'c'}", "{'a':'c'}");
    row("{'a':'b'}", "{'b':'c'}", "{'a':'b','b':'c'}");
    row("{'a':'b'}", "{'a':null}", "{}");
    row("{'a':'b','b':'c'}", "{'a':null}", "{'b':'c'}");
    row("{'a':['b']}", "{'a':'c'}", "{'a':'c'}");
    row("{'a':'c'}", "{'a':['b']}", "{'a':['b']}");
    row("{'a':{'b':'c'}}", "{'a':{'b':'d','c':null}}", "{'a':{'b':'d'}}");
    row("{'a':[{'b':'c'}]}", "{'a':[1]}", "{'a':[1]}");
    row("['a','b']", "['c','d']", "['c','d']");
    row("{'e':null}", "{'a':1}", "{'e':null,'a':1}");
    row("[1,2]", "{'a':'b','c':null}", "{'a':'b'}");
    row("{}", "{'a':{'bb':{'ccc':null}}}", "{'a':{'bb':{}}}");
}

void PatchTest::mergePatch() {
    QFETCH(QString, before);
    QFETCH(QString, patch);
    QFETCH(QString, after);
    const Json result = applyMergePatch(json(before), json(patch));
    QVERIFY2(result == json(after), qPrintable(print(result)));
}

void PatchTest::jsonPatch_data() {
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("patch");
    QTest::addColumn<QString>("after");
    const auto row = [](const char* name, const char* before, const char* patch, const char* after) {
        QTest::newRow(name) << before << patch << after;
    };
    row("add member", "{'a':1}", "[{'op':'add','path':'/b','value':2}]", "{'a':1,'b':2}");
    row("insert element", "{'a':[1,3]}", "[{'op':'add','path':'/a/1','value':2}]", "{'a':[1,2,3]}");
    row("append element", "{'a':[1]}", "[{'op':'add','path':'/a/-','value':2}]", "{'a':[1,2]}");
    row("remove", "{'a':[1,2,3],'b':1}", "[{'op':'remove','path':'/a/1'},{'op':'remove','path':'/b'}]", "{'a':[1,3]}");
    row("replace", "{'a':{'b':1}}", "[{'op':'replace','path':'/a/b','value':{'c':2}}]", "{'a':{'b':{'c':2}}}");
    row("move", "{'a':1,'c':{}}", "[{'op':'move','from':'/a','path':'/c/d'}]", "{'c':{'d':1}}");
    row("copy", "{'a':[1]}", "[{'op':'copy','from':'/a/0','path':'/a/-'}]", "{'a':[1,1]}");
    row("test", "{'a':[1,{'b':'c'}]}",
        "[{'op':'test','path':'/a','value':[1,{'b':'c'}]},{'op':'add','path':'/ok','value':true}]",
        "{'a':[1,{'b':'c'}],'ok':true}");
    row("escapes", "{'x':{}}", "[{'op':'add','path':'/x/a~1b~0c','value':1}]", "{'x':{'a/b~c':1}}");
}

void PatchTest::jsonPatch() {
    QFETCH(QString, before);
    QFETCH(QString, patch);
    QFETCH(QString, after);
    const auto result = applyJsonPatch(json(before), json(patch));
    QVERIFY(result.has_value());
    QVERIFY2(*result == json(after), qPrintable(print(*result)));
}

void PatchTest::jsonPatchRefuses_data() {
    QTest::addColumn<QString>("patch");
    QTest::addColumn<int>("code");
    QTest::newRow("test fails") << "[{'op':'test','path':'/a','value':2}]" << 422;
    QTest::newRow("missing path") << "[{'op':'remove','path':'/b'}]" << 422;
    QTest::newRow("missing parent") << "[{'op':'add','path':'/b/c','value':1}]" << 422;
    QTest::newRow("index out of range") << "[{'op':'add','path':'/l/5','value':1}]" << 422;
    QTest::newRow("unknown operation") << "[{'op':'grow','path':'/a'}]" << 422;
    QTest::newRow("into itself") << "[{'op':'move','from':'/o','path':'/o/p'}]" << 422;
    QTest::newRow("removes everything") << "[{'op':'remove','path':''}]" << 422;
    QTest::newRow("not a list") << "{'op':'add'}" << 400;
    QTest::newRow("not objects") << "[1,'a',[]]" << 422;
}

void PatchTest::jsonPatchRefuses() {
    QFETCH(QString, patch);
    QFETCH(int, code);
    const auto result = applyJsonPatch(json("{'a':1,'l':[],'o':{'x':1}}"), json(patch));
    QVERIFY(!result.has_value());
    QCOMPARE(result.error().code, code);
}

QTEST_GUILESS_MAIN(PatchTest)
#include "patch_test.moc"
