#include "cluster/api/table.h"
#include "cluster/base/time.h"
#include "texts.h"

using namespace slipway::api;
using namespace slipway::api::test;

/// The cells kubectl prints.
class TableTest : public QObject {
    Q_OBJECT
private slots:
    void podStatus_data();
    void podStatus();
    void cells_data();
    void cells();
    void everyResourceFillsItsColumns();
    void rows();
};

static QStringList cellsOf(const char* group, const char* version, const char* name, const JsonObject& object) {
    QStringList texts;
    for (const Json& cell : tableCells(*findResource(group, version, name), object))
        texts << (cell.is_string() ? QString::fromStdString(std::string(view(cell.get_string()))) : print(cell));
    return texts;
}

static QString ago(std::chrono::seconds time) {
    return QString::fromStdString(slipway::base::formatTime(std::chrono::system_clock::now() - time));
}

void TableTest::podStatus_data() {
    QTest::addColumn<QString>("pod");
    QTest::addColumn<QString>("ready");
    QTest::addColumn<QString>("status");
    QTest::addColumn<QString>("restarts");
    const auto row = [](const char* name, const QString& pod, const char* ready, const char* status,
                        const QString& restarts) { QTest::newRow(name) << pod << ready << status << restarts; };
    row("pending", "{'spec':{'containers':[{'name':'a'}]},'status':{'phase':'Pending'}}", "0/1", "Pending", "0");
    row("creating",
        "{'spec':{'containers':[{'name':'a'}]},'status':{'phase':'Pending','containerStatuses':[{'name':'a','state':{'"
        "waiting':{'reason':'ContainerCreating'}}}]}}",
        "0/1", "ContainerCreating", "0");
    row("running",
        "{'spec':{'containers':[{'name':'a'},{'name':'b'}]},'status':{'phase':'Running','containerStatuses':["
        "{'name':'a','ready':true,'restartCount':0,'state':{'running':{}}},{'name':'b','ready':false,'restartCount':0,'"
        "state':{'running':{}}}]}}",
        "1/2", "Running", "0");
    row("crashing",
        QString("{'spec':{'containers':[{'name':'a'}]},'status':{'phase':'Running','containerStatuses':[{'name':'a','"
                "restartCount':3,"
                "'lastState':{'terminated':{'finishedAt':'%1'}},'state':{'waiting':{'reason':'CrashLoopBackOff'}}}]}}")
            .arg(ago(std::chrono::minutes(7) + std::chrono::seconds(3))),
        "0/1", "CrashLoopBackOff", "3 (7m3s ago)");
    row("completed",
        "{'spec':{'containers':[{'name':'a'}]},'status':{'phase':'Succeeded','containerStatuses':[{'name':'a','state':{"
        "'terminated':{'reason':'Completed','exitCode':0}}}]}}",
        "0/1", "Completed", "0");
    row("exit code",
        "{'spec':{'containers':[{'name':'a'}]},'status':{'phase':'Failed','containerStatuses':[{'name':'a','state':{'"
        "terminated':{'exitCode':2}}}]}}",
        "0/1", "ExitCode:2", "0");
    row("signal",
        "{'spec':{'containers':[{'name':'a'}]},'status':{'phase':'Failed','containerStatuses':[{'name':'a','state':{'"
        "terminated':{'signal':9,'exitCode':137}}}]}}",
        "0/1", "Signal:9", "0");
    row("initializing",
        "{'spec':{'initContainers':[{'name':'i'},{'name':'j'}],'containers':[{'name':'a'}]},'status':{'phase':'Pending'"
        ",'initContainerStatuses':["
        "{'name':'i','state':{'terminated':{'exitCode':0}}},{'name':'j','state':{'running':{}}}]}}",
        "0/1", "Init:1/2", "0");
    row("initialization fails",
        "{'spec':{'initContainers':[{'name':'i'}],'containers':[{'name':'a'}]},'status':{'phase':'Pending','"
        "initContainerStatuses':["
        "{'name':'i','restartCount':1,'state':{'waiting':{'reason':'CrashLoopBackOff'}}}]}}",
        "0/1", "Init:CrashLoopBackOff", "1");
    row("initialization ended badly",
        "{'spec':{'initContainers':[{'name':'i'}],'containers':[{'name':'a'}]},'status':{'phase':'Failed','"
        "initContainerStatuses':["
        "{'name':'i','state':{'terminated':{'exitCode':1,'reason':'Error'}}}]}}",
        "0/1", "Init:Error", "0");
    row("sidecar",
        "{'spec':{'initContainers':[{'name':'s','restartPolicy':'Always'}],'containers':[{'name':'a'}]},'status':{'"
        "phase':'Running','initContainerStatuses':["
        "{'name':'s','started':true,'ready':true,'state':{'running':{}}}],'containerStatuses':[{'name':'a','ready':"
        "true,'state':{'running':{}}}]}}",
        "2/2", "Running", "0");
    row("terminating",
        "{'metadata':{'deletionTimestamp':'2026-01-01T00:00:00Z'},'spec':{'containers':[{'name':'a'}]},'status':{'"
        "phase':'Running'}}",
        "0/1", "Terminating", "0");
    row("evicted", "{'spec':{'containers':[{'name':'a'}]},'status':{'phase':'Failed','reason':'Evicted'}}", "0/1",
        "Evicted", "0");
}

void TableTest::podStatus() {
    QFETCH(QString, pod);
    QFETCH(QString, ready);
    QFETCH(QString, status);
    QFETCH(QString, restarts);
    const QStringList row = cellsOf("", "v1", "pods", object(pod));
    QCOMPARE(row[1], ready);
    QCOMPARE(row[2], status);
    QCOMPARE(row[3], restarts);
}

void TableTest::cells_data() {
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("object");
    QTest::addColumn<QStringList>("cells"); // without the age
    const auto row = [](const char* where, const QString& object, const QStringList& cells) {
        QTest::newRow(qPrintable(QString(where) + ": " + cells.join(u' '))) << where << object << cells;
    };
    const QString name = "'metadata':{'name':'x'}";
    row("/v1/services",
        "{" + name +
            ",'spec':{'type':'NodePort','clusterIP':'10.96.0.7','ports':[{'port':80,'nodePort':30080,'protocol':'TCP'},"
            "{'port':53,'protocol':'UDP'}],'selector':{'a':'b'}}}",
        {"x", "NodePort", "10.96.0.7", "<none>", "80:30080/TCP,53/UDP", "<unknown>", "a=b"});
    row("/v1/services", "{" + name + ",'spec':{'type':'LoadBalancer','clusterIP':'10.96.0.7'}}",
        {"x", "LoadBalancer", "10.96.0.7", "<pending>", "<none>", "<unknown>", "<none>"});
    row("/v1/services", "{" + name + ",'spec':{'type':'ExternalName','externalName':'a.b'}}",
        {"x", "ExternalName", "<none>", "a.b", "<none>", "<unknown>", "<none>"});
    row("apps/v1/deployments",
        "{" + name +
            ",'spec':{'replicas':3,'selector':{'matchLabels':{'a':'b'}},'template':{'spec':{'containers':[{'name':'c','"
            "image':'i:1'},{'name':'d','image':'j'}]}}},"
            "'status':{'readyReplicas':1,'updatedReplicas':2,'availableReplicas':1}}",
        {"x", "1/3", "2", "1", "<unknown>", "c,d", "i:1,j", "a=b"});
    row("/v1/nodes",
        "{'metadata':{'name':'x','labels':{'node-role.kubernetes.io/control-plane':'','node-role.kubernetes.io/"
        "a':''}},'spec':{'unschedulable':true},'status':{"
        "'conditions':[{'type':'Ready','status':'True'}],'addresses':[{'type':'InternalIP','address':'10.0.0.2'}],'"
        "nodeInfo':{'kubeletVersion':'v1.34.0'}}}",
        {"x", "Ready,SchedulingDisabled", "a,control-plane", "<unknown>", "v1.34.0", "10.0.0.2", "<none>", "<unknown>",
         "<unknown>", "<unknown>"});
    row("/v1/endpoints",
        "{" + name +
            ",'subsets':[{'addresses':[{'ip':'1.1.1.1'},{'ip':'1.1.1.2'},{'ip':'1.1.1.3'},{'ip':'1.1.1.4'}],'ports':[{'"
            "port':80}]}]}",
        {"x", "1.1.1.1:80,1.1.1.2:80,1.1.1.3:80 + 1 more...", "<unknown>"});
    row("/v1/configmaps", "{" + name + ",'data':{'a':'b'},'binaryData':{'c':''}}", {"x", "2", "<unknown>"});
    row("/v1/secrets", "{" + name + ",'type':'Opaque','data':{'a':'b'}}", {"x", "Opaque", "1", "<unknown>"});
    row("/v1/persistentvolumeclaims",
        "{" + name +
            ",'spec':{'volumeName':'v','storageClassName':'s','volumeMode':'Filesystem'},'status':{'phase':'Bound','"
            "accessModes':['ReadWriteOnce'],'capacity':{'storage':'1Gi'}}}",
        {"x", "Bound", "v", "1Gi", "RWO", "s", "<unset>", "<unknown>", "Filesystem"});
    row("storage.k8s.io/v1/storageclasses",
        "{'metadata':{'name':'x','annotations':{'storageclass.kubernetes.io/"
        "is-default-class':'true'}},'provisioner':'p','reclaimPolicy':'Delete','volumeBindingMode':'Immediate'}",
        {"x (default)", "p", "Delete", "Immediate", "false", "<unknown>"});
    row("batch/v1/cronjobs", "{" + name + ",'spec':{'schedule':'* * * * *','suspend':false}}",
        {"x", "* * * * *", "<none>", "False", "0", "<none>", "<unknown>", "", "", "<none>"});
    row("autoscaling/v2/horizontalpodautoscalers",
        "{" + name +
            ",'spec':{'minReplicas':1,'maxReplicas':4,'scaleTargetRef':{'kind':'Deployment','name':'d'},"
            "'metrics':[{'type':'Resource','resource':{'name':'cpu','target':{'averageUtilization':80}}}]}}",
        {"x", "Deployment/d", "cpu: <unknown>/80%", "1", "4", "0", "<unknown>"});
    row("rbac.authorization.k8s.io/v1/rolebindings",
        "{" + name +
            ",'roleRef':{'kind':'Role','name':'r'},'subjects':[{'kind':'User','name':'u'},{'kind':'ServiceAccount','"
            "namespace':'n','name':'s'}]}",
        {"x", "Role/r", "<unknown>", "u", "", "n/s"});
    row("policy/v1/poddisruptionbudgets", "{" + name + ",'spec':{'minAvailable':'50%'}}",
        {"x", "50%", "N/A", "0", "<unknown>"});
}

void TableTest::cells() {
    QFETCH(QString, where);
    QFETCH(QString, object);
    QFETCH(QStringList, cells);
    const QStringList parts = where.split(u'/');
    QCOMPARE(cellsOf(qPrintable(parts[0]), qPrintable(parts[1]), qPrintable(parts[2]), test::object(object)), cells);
}

void TableTest::everyResourceFillsItsColumns() {
    const JsonObject empty = object("{'metadata':{'name':'x','creationTimestamp':'2026-01-01T00:00:00Z'}}");
    for (const Resource& resource : builtInResources())
        QVERIFY2(tableCells(resource, empty).size() == tableColumns(resource).size(),
                 std::string(resource.name).c_str());
}

void TableTest::rows() {
    const Resource& pods = *findResource("", "v1", "pods");
    const JsonObject pod = object("{'kind':'Pod','metadata':{'name':'x'},'spec':{}}");
    QVERIFY(!tableRow(pods, pod, RowObject::none).contains("object"));
    QCOMPARE(
        print(tableRow(pods, pod, RowObject::metadata)["object"]),
        QStringLiteral(R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"x"}})"));
    QCOMPARE(tableRow(pods, pod, RowObject::object)["object"], Json(pod));
}

QTEST_GUILESS_MAIN(TableTest)
#include "table_test.moc"
