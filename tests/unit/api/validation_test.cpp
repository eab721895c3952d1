#include "cluster/api/defaults.h"
#include "cluster/api/validation.h"
#include "texts.h"

#include <QStringList>

using namespace slipway::api;
using namespace slipway::api::test;

/// Findings on new and changed objects: fields, kinds of finding and words are Kubernetes'.
class ValidationTest : public QObject {
    Q_OBJECT
private slots:
    void create_data();
    void create();
    void update_data();
    void update();
    void statusIsNotJudged();
};

static const Resource& resourceOf(const QString& where) {
    const QStringList parts = where.split(u'/');
    const Resource* found = findResource(parts[0].toStdString(), parts[1].toStdString(), parts[2].toStdString());
    if (found == nullptr)
        qFatal("no such resource: %s", qPrintable(where));
    return *found;
}

static QStringList lines(const std::vector<StatusCause>& causes) {
    QStringList list;
    for (const StatusCause& cause : causes)
        list << QString::fromStdString(cause.field + ": " + cause.message);
    return list;
}

static const char *pods = "/v1/pods", *deployments = "apps/v1/deployments", *services = "/v1/services",
                  *configMaps = "/v1/configmaps", *secrets = "/v1/secrets";

/// A pod with these members of its spec and of its container.
static QString pod(const QString& spec, const QString& container = {}) {
    return QStringLiteral("{'metadata':{'name':'p'},'spec':{'containers':[{'name':'a','image':'x'%1}]%2}}")
        .arg(container, spec);
}

static QString deployment(const QString& selector, const QString& more = {}, const QString& labels = "{'app':'x'}") {
    return QStringLiteral("{'metadata':{'name':'d'},'spec':{%1'template':{'metadata':{'labels':%3},'spec':{'containers'"
                          ":[{'name':'a','image':'x'}]%2}}}}")
        .arg(selector, more, labels);
}

static const QString good = "'selector':{'matchLabels':{'app':'x'}},";

static QString service(const QString& spec) {
    return QStringLiteral("{'metadata':{'name':'s'},'spec':{%1}}").arg(spec);
}

void ValidationTest::create_data() {
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("object");
    QTest::addColumn<QStringList>("findings");
    const auto row = [](const char* name, const char* where, const QString& object, const QStringList& findings) {
        QTest::newRow(name) << where << object << findings;
    };
    const QString subdomain = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' "
                              "or '.', and must start and end with an alphanumeric character "
                              "(e.g. 'example.com', regex used for validation is "
                              "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    const QString port = "must be between 1 and 65535, inclusive";

    row("good pod", pods, pod(""), {});
    row("no name", configMaps, "{'metadata':{}}", {"metadata.name: Required value: name or generateName is required"});
    row("bad name", configMaps, "{'metadata':{'name':'A_b'}}", {"metadata.name: Invalid value: \"A_b\": " + subdomain});
    row("bad role name", "rbac.authorization.k8s.io/v1/roles", "{'metadata':{'name':'a/b'}}",
        {"metadata.name: Invalid value: \"a/b\": may not contain '/'"});
    row("system role name", "rbac.authorization.k8s.io/v1/clusterroles", "{'metadata':{'name':'system:a'}}", {});
    row("service name", services, "{'metadata':{'name':'1a'},'spec':{'ports':[{'port':1}]}}",
        {"metadata.name: Invalid value: \"1a\": a DNS-1035 label must consist of lower case alphanumeric characters or "
         "'-', start with an alphabetic character, and end with an "
         "alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
         "'[a-z]([-a-z0-9]*[a-z0-9])?')"});
    row("bad label", configMaps, "{'metadata':{'name':'a','labels':{'k':'v!'}}}",
        {"metadata.labels: Invalid value: \"v!\": a valid label must be an empty string or consist of alphanumeric "
         "characters, '-', '_' or '.', and must start and end with an "
         "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
         "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"});
    row("finalizer", configMaps, "{'metadata':{'name':'a','finalizers':['x','a.b/c']}}",
        {"metadata.finalizers[0]: Invalid value: \"x\": name is neither a standard finalizer name nor is it fully "
         "qualified"});
    row("config key", configMaps, "{'metadata':{'name':'a'},'data':{'a/b':'','..':''}}",
        {"data[a/b]: Invalid value: \"a/b\": a valid config key must consist of alphanumeric characters, '-', '_' or "
         "'.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', "
         "regex used for validation is '[-._a-zA-Z0-9]+')",
         "data[..]: Invalid value: \"..\": must not be '..'"});
    row("TLS secret", secrets, "{'metadata':{'name':'a'},'type':'kubernetes.io/tls','data':{'tls.crt':'YQ=='}}",
        {"data[tls.key]: Required value"});

    row("no containers", pods, "{'metadata':{'name':'p'},'spec':{'containers':[]}}",
        {"spec.containers: Required value"});
    row("no spec", pods, "{'metadata':{'name':'p'}}", {"spec.containers: Required value"});
    row("container without name and image", pods, "{'metadata':{'name':'p'},'spec':{'containers':[{}]}}",
        {"spec.containers[0].name: Required value", "spec.containers[0].image: Required value"});
    row("same name twice", pods,
        "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'a','image':'x'},{'name':'a','image':'x'}]}}",
        {"spec.containers[1].name: Duplicate value: \"a\""});
    row("enumerations", pods, pod(",'restartPolicy':'Sometimes'", ",'imagePullPolicy':'Often'"),
        {"spec.containers[0].imagePullPolicy: Unsupported value: \"Often\": supported values: \"Always\", "
         "\"IfNotPresent\", \"Never\"",
         "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"Never\", "
         "\"OnFailure\""});
    row("ports", pods, pod("", ",'ports':[{'containerPort':70000},{'name':'Web','containerPort':1}]"),
        {"spec.containers[0].ports[0].containerPort: Invalid value: 70000: " + port,
         "spec.containers[0].ports[1].name: Invalid value: \"Web\": must contain only alpha-numeric characters (a-z, "
         "0-9), and hyphens (-)"});
    row("mount without volume", pods, pod("", ",'volumeMounts':[{'name':'v','mountPath':'/x'}]"),
        {"spec.containers[0].volumeMounts[0].name: Not found: \"v\""});
    row("two volume types", pods, pod(",'volumes':[{'name':'v','emptyDir':{},'hostPath':{'path':'/x'}}]"),
        {"spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type"});
    row("probe without action", pods, pod("", ",'livenessProbe':{}"),
        {"spec.containers[0].livenessProbe: Required value: must specify a handler type"});
    row("liveness success threshold", pods, pod("", ",'livenessProbe':{'tcpSocket':{'port':80},'successThreshold':2}"),
        {"spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1"});
    row("requests over limits", pods, pod("", ",'resources':{'limits':{'cpu':'500m'},'requests':{'cpu':'1'}}"),
        {"spec.containers[0].resources.requests: Invalid value: \"1\": must be less than or equal to cpu limit of "
         "500m"});
    row("requests and limits in other units", pods,
        pod("", ",'resources':{'limits':{'memory':'1Gi'},'requests':{'memory':'1024Mi'}}"), {});
    row("unknown resource", pods, pod("", ",'resources':{'limits':{'disk':'1'}}"),
        {"spec.containers[0].resources.limits[disk]: Invalid value: \"disk\": must be a standard resource type or "
         "fully qualified",
         "spec.containers[0].resources.limits[disk]: Invalid value: \"disk\": must be a standard resource for "
         "containers",
         "spec.containers[0].resources.requests[disk]: Invalid value: \"disk\": must be a standard resource type or "
         "fully qualified",
         "spec.containers[0].resources.requests[disk]: Invalid value: \"disk\": must be a standard resource for "
         "containers"});
    row("toleration", pods, pod(",'tolerations':[{'operator':'Exists','key':'a','value':'b'}]"),
        {"spec.tolerations[0].operator: Invalid value: "
         "{\"Key\":\"a\",\"Operator\":\"Exists\",\"Value\":\"b\",\"Effect\":\"\",\"TolerationSeconds\":null}: "
         "value must be empty when `operator` is 'Exists'"});

    row("good deployment", deployments, deployment(good), {});
    row("no selector", deployments, deployment(""),
        {"spec.selector: Required value",
         "spec.template.metadata.labels: Invalid value: {\"app\":\"x\"}: `selector` does not match template `labels`"});
    row("selector matches nothing", deployments, deployment("'selector':{'matchLabels':{'app':'y'}},"),
        {"spec.template.metadata.labels: Invalid value: {\"app\":\"x\"}: `selector` does not match template `labels`"});
    row("empty selector", deployments, deployment("'selector':{},"),
        {"spec.selector: Invalid value: {}: empty selector is invalid for deployment"});
    row("restart policy", deployments, deployment(good, ",'restartPolicy':'Never'"),
        {"spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\""});
    row("negative replicas", deployments, deployment(good + "'replicas':-1,"),
        {"spec.replicas: Invalid value: -1: must be greater than or equal to 0"});
    row("nothing at all", deployments, "{'metadata':{'name':'d'}}",
        {"spec.selector: Required value",
         "spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`",
         "spec.template.spec.containers: Required value"});
    row("rollout that cannot move", deployments,
        deployment(good + "'strategy':{'rollingUpdate':{'maxUnavailable':0,'maxSurge':0}},"),
        {"spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0"});
    row("job that restarts always", "batch/v1/jobs",
        "{'metadata':{'name':'j'},'spec':{'template':{'spec':{'containers':[{'name':'a','image':'x'}]}}}}",
        {"spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\""});

    row("service without ports", services, service("'selector':{'a':'b'}"), {"spec.ports: Required value"});
    row("headless service without ports", services, service("'clusterIP':'None'"), {});
    row("service port names", services, service("'ports':[{'port':80},{'port':81,'name':'a'}]"),
        {"spec.ports[0].name: Required value"});
    row("service port", services, service("'ports':[{'port':0}]"),
        {"spec.ports[0].port: Invalid value: 0: " + port, "spec.ports[0].targetPort: Invalid value: 0: " + port});
    row("service type", services, service("'type':'Local','ports':[{'port':80}]"),
        {"spec.type: Unsupported value: \"Local\": supported values: \"ClusterIP\", \"ExternalName\", "
         "\"LoadBalancer\", \"NodePort\""});
    row("node port of a cluster IP service", services, service("'ports':[{'port':80,'nodePort':30000}]"),
        {"spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"});
    row("cluster IP", services, service("'clusterIP':'x','ports':[{'port':80}]"),
        {"spec.clusterIPs[0]: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"});
    row("endpoints address", "/v1/endpoints", "{'metadata':{'name':'e'},'subsets':[{'addresses':[{'ip':'x'}]}]}",
        {"subsets[0].addresses[0].ip: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or "
         "2001:db8::ffff)"});
    row("role without verbs", "rbac.authorization.k8s.io/v1/roles",
        "{'metadata':{'name':'r'},'rules':[{'apiGroups':[''],'resources':['pods']}]}",
        {"rules[0].verbs: Required value: verbs must contain at least one value"});
    row("binding", "rbac.authorization.k8s.io/v1/clusterrolebindings",
        "{'metadata':{'name':'r'},'roleRef':{'kind':'Role','name':'x'},'subjects':[{'kind':'ServiceAccount','name':'s'}"
        "]}",
        {"roleRef.kind: Unsupported value: \"Role\": supported values: \"ClusterRole\"",
         "subjects[0].namespace: Required value"});
    row("lease", "coordination.k8s.io/v1/leases", "{'metadata':{'name':'l'},'spec':{'leaseDurationSeconds':0}}",
        {"spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0"});
    row("claim", "/v1/persistentvolumeclaims", "{'metadata':{'name':'c'}}",
        {"spec.accessModes: Required value: at least 1 access mode is required",
         "spec.resources[storage]: Required value"});
    row("node", "/v1/nodes", "{'metadata':{'name':'n1'}}", {});
    row("event", "/v1/events", "{'metadata':{'name':'e'},'involvedObject':{}}", {});
    row("namespace", "/v1/namespaces", "{'metadata':{'name':'kube-system'}}", {});
    row("stateful set", "apps/v1/statefulsets", deployment(good), {});
    row("stateful set that mounts its claims", "apps/v1/statefulsets",
        "{'metadata':{'name':'d'},'spec':{'selector':{'matchLabels':{'app':'x'}},'volumeClaimTemplates':[{'metadata':"
        "{'name':'data'},'spec':{'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}}}],"
        "'template':{'metadata':{'labels':{'app':'x'}},'spec':{'containers':[{'name':'a','image':'x','volumeMounts':"
        "[{'name':'data','mountPath':'/data'}]}]}}}}",
        {});
    row("controller revision", "apps/v1/controllerrevisions", "{'metadata':{'name':'c'},'data':{}}", {});
}

void ValidationTest::create() {
    QFETCH(QString, where);
    QFETCH(QString, object);
    QFETCH(QStringList, findings);
    JsonObject made = test::object(object);
    applyDefaults(resourceOf(where), made);
    QCOMPARE(lines(validateCreate(resourceOf(where), made)), findings);
}

void ValidationTest::update_data() {
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
    QTest::addColumn<QStringList>("findings");
    const auto row = [](const char* name, const char* where, const QString& before, const QString& after,
                        const QStringList& findings) { QTest::newRow(name) << where << before << after << findings; };
    row("image of a pod", pods, pod(""),
        "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'a','image':'y','imagePullPolicy':'Always'}]}}", {});
    row("command of a pod", pods, pod(""), pod("", ",'command':['x']"),
        {"spec: Forbidden: pod updates may not change fields other than "
         "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` "
         "(only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it "
         "was previously negative)"});
    row("container added", pods, pod(""),
        "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'a','image':'x'},{'name':'b','image':'x'}]}}",
        {"spec.containers: Forbidden: pod updates may not add or remove containers"});
    row("toleration added", pods, pod(""), pod(",'tolerations':[{'operator':'Exists'}]"), {});
    row("toleration removed", pods, pod(",'tolerations':[{'operator':'Exists'}]"), pod(""),
        {"spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds"});
    row("selector of a deployment", deployments, deployment(good),
        deployment("'selector':{'matchLabels':{'app':'y'}},", "", "{'app':'y'}"),
        {"spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"y\"}}: field is immutable"});
    row("scale", deployments, deployment(good), deployment(good + "'replicas':5,"), {});
    row("service name of a stateful set", "apps/v1/statefulsets", deployment(good + "'serviceName':'a',"),
        deployment(good + "'serviceName':'b',"),
        {"spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
         "'updateStrategy', 'revisionHistoryLimit', "
         "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"});
    row("cluster IP", services, service("'clusterIP':'10.96.0.9','ports':[{'port':80}]"),
        service("'clusterIP':'10.96.0.8','ports':[{'port':80}]"),
        {"spec.clusterIPs[0]: Invalid value: [\"10.96.0.8\"]: may not change once set"});
    row("immutable config", configMaps, "{'metadata':{'name':'a'},'immutable':true,'data':{'a':'1'}}",
        "{'metadata':{'name':'a'},'immutable':true,'data':{'a':'2'}}",
        {"data: Forbidden: field is immutable when `immutable` is set"});
    row("type of a secret", secrets, "{'metadata':{'name':'a'},'type':'a/b'}", "{'metadata':{'name':'a'},'type':'a/c'}",
        {"type: Invalid value: \"a/c\": field is immutable"});
    row("uid", configMaps, "{'metadata':{'name':'a','uid':'1'}}", "{'metadata':{'name':'a','uid':'2'}}",
        {"metadata.uid: Invalid value: \"2\": field is immutable"});
    row("finalizer on what is being deleted", configMaps,
        "{'metadata':{'name':'a','deletionTimestamp':'2026-01-01T00:00:00Z','finalizers':['a/b']}}",
        "{'metadata':{'name':'a','deletionTimestamp':'2026-01-01T00:00:00Z','finalizers':['a/b','a/c']}}",
        {"metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new "
         "finalizers []string{\"a/c\"}"});
}

void ValidationTest::update() {
    QFETCH(QString, where);
    QFETCH(QString, before);
    QFETCH(QString, after);
    QFETCH(QStringList, findings);
    JsonObject old = object(before), now = object(after);
    applyDefaults(resourceOf(where), old);
    applyDefaults(resourceOf(where), now);
    QCOMPARE(lines(validateUpdate(resourceOf(where), old, now)), findings);
}

void ValidationTest::statusIsNotJudged() {
    const JsonObject before = object(pod("")),
                     after = object("{'metadata':{'name':'p'},'status':{'phase':'Nonsense'}}");
    QVERIFY(validateUpdate(resourceOf(pods), before, after, "status").empty());
}

QTEST_GUILESS_MAIN(ValidationTest)
#include "validation_test.moc"
