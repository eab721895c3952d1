#include "cluster/api/defaults.h"
#include "texts.h"

using namespace slipway::api;
using namespace slipway::api::test;

/// What is filled in on decode.
class DefaultsTest : public QObject {
    Q_OBJECT
private slots:
    void whole_data();
    void whole();
    void pullPolicy_data();
    void pullPolicy();
    void idempotent_data() { whole_data(); }
    void idempotent();
    void podsAskAsAWhole_data();
    void podsAskAsAWhole();
};

void DefaultsTest::whole_data() {
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
    const auto row = [](const char* name, const char* where, const char* before, const char* after) {
        QTest::newRow(name) << where << before << after;
    };
    row("pod", "/v1/pods",
        "{'spec':{'containers':[{'name':'a','image':'x:1','resources':{'limits':{'cpu':'1'}},'ports':[{'containerPort':"
        "80}]}]}}",
        "{'spec':{'containers':[{'name':'a','image':'x:1','resources':{'limits':{'cpu':'1'},'requests':{'cpu':'1'}},'"
        "ports':[{'containerPort':80,'protocol':'TCP'}],"
        "'imagePullPolicy':'IfNotPresent','terminationMessagePath':'/dev/"
        "termination-log','terminationMessagePolicy':'File'}],"
        "'restartPolicy':'Always','dnsPolicy':'ClusterFirst','schedulerName':'default-scheduler','"
        "terminationGracePeriodSeconds':30,'securityContext':{},'enableServiceLinks':true}}");
    row("pod on the host's network", "/v1/pods",
        "{'spec':{'hostNetwork':true,'restartPolicy':'Never','dnsPolicy':'Default','schedulerName':'s','"
        "terminationGracePeriodSeconds':0,"
        "'securityContext':{},'enableServiceLinks':false,'serviceAccountName':'sa','volumes':[{'name':'e'},{'name':'c',"
        "'configMap':{'name':'c'}}],"
        "'containers':[{'name':'a','image':'x','imagePullPolicy':'Never','terminationMessagePath':'/"
        "x','terminationMessagePolicy':'File','ports':[{'containerPort':80}],"
        "'readinessProbe':{'httpGet':{'port':80}},'env':[{'name':'E','valueFrom':{'fieldRef':{'fieldPath':'status."
        "podIP'}}}]}]}}",
        "{'spec':{'hostNetwork':true,'restartPolicy':'Never','dnsPolicy':'Default','schedulerName':'s','"
        "terminationGracePeriodSeconds':0,"
        "'securityContext':{},'enableServiceLinks':false,'serviceAccountName':'sa','serviceAccount':'sa','volumes':[{'"
        "name':'e','emptyDir':{}},{'name':'c','configMap':{'name':'c','defaultMode':420}}],"
        "'containers':[{'name':'a','image':'x','imagePullPolicy':'Never','terminationMessagePath':'/"
        "x','terminationMessagePolicy':'File','ports':[{'containerPort':80,'hostPort':80,'protocol':'TCP'}],"
        "'readinessProbe':{'httpGet':{'port':80,'path':'/"
        "','scheme':'HTTP'},'timeoutSeconds':1,'periodSeconds':10,'successThreshold':1,'failureThreshold':3},'"
        "resources':{},"
        "'env':[{'name':'E','valueFrom':{'fieldRef':{'fieldPath':'status.podIP','apiVersion':'v1'}}}]}]}}");
    row("deployment", "apps/v1/deployments", "{'spec':{'template':{'spec':{'containers':[]}}}}",
        "{'spec':{'replicas':1,'revisionHistoryLimit':10,'progressDeadlineSeconds':600,'strategy':{'type':'"
        "RollingUpdate','rollingUpdate':{'maxUnavailable':'25%','maxSurge':'25%'}},"
        "'template':{'spec':{'containers':[],'restartPolicy':'Always','dnsPolicy':'ClusterFirst','schedulerName':'"
        "default-scheduler','terminationGracePeriodSeconds':30,'securityContext':{}}}}}");
    row("deployment that is made anew", "apps/v1/deployments", "{'spec':{'replicas':0,'strategy':{'type':'Recreate'}}}",
        "{'spec':{'replicas':0,'revisionHistoryLimit':10,'progressDeadlineSeconds':600,'strategy':{'type':'Recreate'}}"
        "}");
    row("service", "/v1/services", "{'spec':{'ports':[{'port':80},{'port':53,'protocol':'UDP','targetPort':'dns'}]}}",
        "{'spec':{'type':'ClusterIP','sessionAffinity':'None','internalTrafficPolicy':'Cluster',"
        "'ports':[{'port':80,'protocol':'TCP','targetPort':80},{'port':53,'protocol':'UDP','targetPort':'dns'}]}}");
    row("load balancer", "/v1/services", "{'spec':{'type':'LoadBalancer','sessionAffinity':'ClientIP'}}",
        "{'spec':{'type':'LoadBalancer','sessionAffinity':'ClientIP','sessionAffinityConfig':{'clientIP':{'"
        "timeoutSeconds':10800}},'internalTrafficPolicy':'Cluster',"
        "'externalTrafficPolicy':'Cluster','allocateLoadBalancerNodePorts':true}}");
    row("external name", "/v1/services", "{'spec':{'type':'ExternalName','externalName':'a.b'}}",
        "{'spec':{'type':'ExternalName','externalName':'a.b','sessionAffinity':'None'}}");
    row("secret", "/v1/secrets", "{'stringData':{'a':'b'},'data':{'c':'ZA=='}}",
        "{'data':{'c':'ZA==','a':'Yg=='},'type':'Opaque'}");
    row("namespace", "/v1/namespaces", "{'metadata':{'name':'x'}}",
        "{'metadata':{'name':'x','labels':{'kubernetes.io/metadata.name':'x'}}}");
    row("role binding", "rbac.authorization.k8s.io/v1/rolebindings",
        "{'roleRef':{'kind':'Role','name':'r'},'subjects':[{'kind':'User','name':'u'},{'kind':'ServiceAccount','name':'"
        "s'}]}",
        "{'roleRef':{'apiGroup':'rbac.authorization.k8s.io','kind':'Role','name':'r'},"
        "'subjects':[{'apiGroup':'rbac.authorization.k8s.io','kind':'User','name':'u'},{'kind':'ServiceAccount','name':"
        "'s'}]}");
    row("network policy", "networking.k8s.io/v1/networkpolicies", "{'spec':{'egress':[{'ports':[{'port':53}]}]}}",
        "{'spec':{'egress':[{'ports':[{'port':53,'protocol':'TCP'}]}],'policyTypes':['Ingress','Egress']}}");
    row("job", "batch/v1/jobs", "{'spec':{}}",
        "{'spec':{'completions':1,'parallelism':1,'backoffLimit':6,'completionMode':'NonIndexed','suspend':false,'"
        "podReplacementPolicy':'TerminatingOrFailed'}}");
    row("cron job", "batch/v1/cronjobs", "{'spec':{'schedule':'* * * * *'}}",
        "{'spec':{'schedule':'* * * * "
        "*','concurrencyPolicy':'Allow','suspend':false,'successfulJobsHistoryLimit':3,'failedJobsHistoryLimit':1}}");
    row("autoscaler", "autoscaling/v2/horizontalpodautoscalers",
        "{'apiVersion':'autoscaling/v2','spec':{'maxReplicas':3}}",
        "{'apiVersion':'autoscaling/v2','spec':{'maxReplicas':3,'minReplicas':1,"
        "'metrics':[{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':80}"
        "}}]}}");
    row("node", "/v1/nodes", "{'status':{'capacity':{'cpu':'2'}}}",
        "{'status':{'capacity':{'cpu':'2'},'allocatable':{'cpu':'2'}}}");
    row("claim for devices", "resource.k8s.io/v1/resourceclaims",
        "{'spec':{'devices':{'requests':[{'name':'a','exactly':{'deviceClassName':'c'}},{'name':'b','firstAvailable':[{"
        "'name':'x','allocationMode':'All'}]}]}}}",
        "{'spec':{'devices':{'requests':[{'name':'a','exactly':{'deviceClassName':'c','allocationMode':'ExactCount','"
        "count':1}},{'name':'b','firstAvailable':[{'name':'x','allocationMode':'All'}]}]}}}");
    row("claim", "/v1/persistentvolumeclaims", "{}",
        "{'spec':{'volumeMode':'Filesystem'},'status':{'phase':'Pending'}}");
}

static const Resource* resourceOf(const QString& where) {
    const QStringList parts = where.split(u'/');
    return findResource(parts[0].toStdString(), parts[1].toStdString(), parts[2].toStdString());
}

void DefaultsTest::whole() {
    QFETCH(QString, where);
    QFETCH(QString, before);
    QFETCH(QString, after);
    JsonObject made = object(before);
    applyDefaults(*resourceOf(where), made);
    QVERIFY2(Json(made) == json(after), qPrintable(print(made)));
}

void DefaultsTest::podsAskAsAWhole_data() {
    QTest::addColumn<QString>("spec");
    QTest::addColumn<QString>("requests"); // of the pod as a whole
    QTest::newRow("limits") << "{'resources':{'limits':{'cpu':'1','memory':'1Gi'}},'containers':[{'name':'a'}]}"
                            << "{'cpu':'1','memory':'1Gi'}";
    QTest::newRow("the containers'") << "{'resources':{'limits':{'cpu':'1'}},'containers':["
                                        "{'name':'a','resources':{'requests':{'cpu':'100m'}}},"
                                        "{'name':'b','resources':{'requests':{'cpu':'200m'}}}]}"
                                     << "{'cpu':'300m'}";
    QTest::newRow("a large init container")
        << "{'resources':{'limits':{'cpu':'1'}},'containers':[{'name':'a','resources':{'requests':{'cpu':'100m'}}}],"
           "'initContainers':[{'name':'s','restartPolicy':'Always','resources':{'requests':{'cpu':'50m'}}},"
           "{'name':'i','resources':{'requests':{'cpu':'500m'}}}]}"
        << "{'cpu':'550m'}";
    QTest::newRow("given") << "{'resources':{'limits':{'cpu':'1'},'requests':{'cpu':'2m'}},'containers':[{'name':'a'}]}"
                           << "{'cpu':'2m'}";
}

void DefaultsTest::podsAskAsAWhole() {
    QFETCH(QString, spec);
    QFETCH(QString, requests);
    JsonObject pod{{"spec", object(spec)}};
    applyDefaults(*findResource("", "v1", "pods"), pod);
    const Json* whole = find(pod, {"spec", "resources", "requests"});
    QVERIFY(whole != nullptr);
    QVERIFY2(*whole == json(requests), qPrintable(print(pod)));
}

void DefaultsTest::idempotent() {
    QFETCH(QString, where);
    QFETCH(QString, after);
    JsonObject made = object(after);
    applyDefaults(*resourceOf(where), made);
    QVERIFY2(Json(made) == json(after), qPrintable(print(made)));
}

void DefaultsTest::pullPolicy_data() {
    QTest::addColumn<QString>("image");
    QTest::addColumn<QString>("policy");
    QTest::newRow("no tag") << "nginx" << "Always";
    QTest::newRow("latest") << "nginx:latest" << "Always";
    QTest::newRow("tag") << "nginx:1.14.2" << "IfNotPresent";
    QTest::newRow("registry with a port") << "localhost:5000/nginx" << "Always";
    QTest::newRow("registry with a port, tag") << "localhost:5000/nginx:1" << "IfNotPresent";
    QTest::newRow("digest") << "nginx@sha256:0123" << "IfNotPresent";
}

void DefaultsTest::pullPolicy() {
    QFETCH(QString, image);
    QFETCH(QString, policy);
    JsonObject pod = object(QStringLiteral("{'spec':{'containers':[{'name':'a','image':'%1'}]}}").arg(image));
    applyDefaults(*findResource("", "v1", "pods"), pod);
    QCOMPARE(QString::fromStdString(
                 std::string(stringAt(find(pod, {"spec", "containers"})->as_array()[0], {"imagePullPolicy"}))),
             policy);
}

QTEST_GUILESS_MAIN(DefaultsTest)
#include "defaults_test.moc"
