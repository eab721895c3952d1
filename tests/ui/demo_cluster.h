#pragma once

#include "tests/support/places.h"
#include "tests/ui/fake_cluster.h"
#include "ui/editor/yaml_document.h"
#include "ui/session/session.h"

#include <QFile>
#include <map>

namespace slipway::tests {

/// A pod of the demonstration cluster.
inline api::Json demoPod(const std::string& name, const std::string& app, const std::string& node,
                         const std::string& containers, const std::string& phase = "Running",
                         const std::string& more = "", const std::string& condition = "") {
    const std::string owner = app == "nginx" ? "nginx-deployment-7c5ddbdf54" : app + "-6d4cf56db6";
    return *api::parseJson(
        R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name + R"(","namespace":"default","uid":"uid-)" +
        name + R"(","resourceVersion":"5","creationTimestamp":"2026-01-31T10:00:00Z",)" + R"("labels":{"app":")" + app +
        R"(","tier":"web"},)" + more + R"("ownerReferences":[{"kind":"ReplicaSet","apiVersion":"apps/v1","name":")" +
        owner + R"(","uid":"rs-)" + app + R"(-2","controller":true}]},"spec":{"nodeName":")" + node +
        R"(","serviceAccountName":"default","containers":[{"name":"nginx","image":"nginx:latest","ports":[{"containerPort":80}],
        "resources":{"requests":{"cpu":"50m","memory":"32Mi"},"limits":{"cpu":"500m","memory":"128Mi"}},
        "envFrom":[{"configMapRef":{"name":"settings"}}],"volumeMounts":[{"mountPath":"/etc/nginx","name":"config"}]}],
        "volumes":[{"name":"config","configMap":{"name":"settings"}}]},"status":{"phase":")" +
        phase + R"(","podIP":"10.244.1.7","qosClass":"Burstable","conditions":[)" +
        (condition.empty()
             ? R"({"type":"PodScheduled","status":"True"},{"type":"Initialized","status":"True"},{"type":"ContainersReady","status":"True"},{"type":"Ready","status":"True"})"
             : condition) +
        R"(],"containerStatuses":[)" + containers + "]}}");
}

/// Everything the pictures show: tests/ui/demo.yaml, pods in every state, metrics, discovery, schemas, a log.
inline std::shared_ptr<FakeCluster> demoCluster() {
    auto cluster = std::make_shared<FakeCluster>();
    const std::map<std::string, std::string> places = {{"Namespace", "/api/v1/namespaces"},
                                                       {"Node", "/api/v1/nodes"},
                                                       {"Service", "/api/v1/services"},
                                                       {"ConfigMap", "/api/v1/configmaps"},
                                                       {"Secret", "/api/v1/secrets"},
                                                       {"Deployment", "/apis/apps/v1/deployments"},
                                                       {"ReplicaSet", "/apis/apps/v1/replicasets"},
                                                       {"Ingress", "/apis/networking.k8s.io/v1/ingresses"},
                                                       {"CronJob", "/apis/batch/v1/cronjobs"}};
    QFile file(slipway::tests::inSource("tests/ui/demo.yaml"));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("tests/ui/demo.yaml cannot be read");
    const auto documents = ui::parseYaml(file.readAll().toStdString());
    if (!documents)
        qFatal("tests/ui/demo.yaml: %s", qPrintable(documents.error().message));
    for (const ui::YamlDocument& document : *documents)
        cluster->lists[places.at(std::string(api::stringAt(document.object, {"kind"})))].push_back(document.object);
    const std::string running =
        R"({"name":"nginx","ready":true,"restartCount":0,"state":{"running":{"startedAt":"2026-01-31T10:00:00Z"}}})";
    cluster->lists["/api/v1/pods"] = {
        demoPod("nginx-deployment-7c5ddbdf54-2xk9p", "nginx", "slipway-1", running),
        demoPod("nginx-deployment-7c5ddbdf54-8wv4t", "nginx", "slipway-1",
                running + R"(,{"name":"sidecar","ready":true,"restartCount":2,"state":{"running":{}}})"),
        demoPod("nginx-deployment-7c5ddbdf54-q7r2m", "nginx", "slipway-2",
                R"({"name":"nginx","state":{"waiting":{"reason":"ContainerCreating"}}})", "Pending"),
        demoPod("batch-import-x8f2k", "batch", "slipway-1",
                R"({"name":"nginx","state":{"terminated":{"exitCode":0,"reason":"Completed"}}})", "Succeeded"),
        demoPod(
            "api-6d4cf56db6-zk2lq", "api", "slipway-1",
            R"({"name":"nginx","restartCount":7,"state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off 5m0s restarting failed container"}}})"),
        demoPod("old-worker-5f7b9", "worker", "slipway-1", running, "Running",
                R"("deletionTimestamp":"2026-01-31T11:00:00Z",)"),
        demoPod(
            "waiting-for-room-abcde", "worker", "", "", "Pending", "",
            R"({"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/3 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable, 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."})")};
    for (const char* path : {"/apis/apps/v1/statefulsets", "/apis/apps/v1/daemonsets", "/apis/batch/v1/jobs",
                             "/api/v1/persistentvolumeclaims", "/apis/discovery.k8s.io/v1/endpointslices",
                             "/apis/apps/v1/controllerrevisions", "/api/v1/serviceaccounts", "/api/v1/events"})
        cluster->lists[path];
    cluster->answers["/version"] = R"({"gitVersion":"v1.34.0-slipway"})";
    cluster->answers["/apis/metrics.k8s.io/v1beta1/nodes"] =
        R"({"items":[{"metadata":{"name":"slipway-1"},"usage":{"cpu":"1430m","memory":"3900Mi"}},{"metadata":{"name":"slipway-2"},"usage":{"cpu":"320m","memory":"7200Mi"}}]})";
    cluster->answers["/apis/metrics.k8s.io/v1beta1/pods"] =
        R"({"items":[{"metadata":{"namespace":"default","name":"nginx-deployment-7c5ddbdf54-2xk9p"},"containers":[{"name":"nginx","usage":{"cpu":"120m","memory":"41Mi"}}]},
        {"metadata":{"namespace":"default","name":"nginx-deployment-7c5ddbdf54-8wv4t"},"containers":[{"name":"nginx","usage":{"cpu":"480m","memory":"119Mi"}}]},
        {"metadata":{"namespace":"default","name":"old-worker-5f7b9"},"containers":[{"name":"nginx","usage":{"cpu":"3m","memory":"9Mi"}}]}]})";
    cluster->answers["/openapi/v3"] = R"({"paths":{"apis/apps/v1":{"serverRelativeURL":"/openapi/v3/apis/apps/v1"}}})";
    cluster->answers["/openapi/v3/apis/apps/v1"] = R"({"components":{"schemas":{
        "Meta":{"type":"object","properties":{"name":{"type":"string"},"namespace":{"type":"string"},"labels":{"type":"object","additionalProperties":{"type":"string"}}},"additionalProperties":true},
        "Spec":{"type":"object","required":["selector"],"properties":{"replicas":{"type":"integer","description":"How many pods are wanted."},"paused":{"type":"boolean"},
            "revisionHistoryLimit":{"type":"integer"},"progressDeadlineSeconds":{"type":"integer"},"selector":{"type":"object"},"template":{"type":"object"},
            "strategy":{"type":"object","properties":{"type":{"type":"string","enum":["Recreate","RollingUpdate"]}}}}},
        "Deployment":{"type":"object","x-kubernetes-group-version-kind":[{"group":"apps","version":"v1","kind":"Deployment"}],
            "properties":{"apiVersion":{"type":"string"},"kind":{"type":"string"},"metadata":{"$ref":"#/components/schemas/Meta"},"spec":{"allOf":[{"$ref":"#/components/schemas/Spec"}],"default":{}},"status":{"type":"object"}}}}}})";
    cluster->answers["/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"] =
        R"({"status":{"resourceRules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]},{"verbs":["get","list","watch"],"apiGroups":["apps"],"resources":["deployments","replicasets"]}],"nonResourceRules":[{"verbs":["get"],"nonResourceURLs":["/healthz","/version"]}]}})";
    cluster->log =
        "2026-01-31T12:00:00.000000000Z 10.244.0.1 - - [31/Jan/2026:12:00:00 +0000] \"GET / HTTP/1.1\" 200 615\n"
        "2026-01-31T12:00:01.000000000Z [warn] upstream is slow\n2026-01-31T12:00:02.000000000Z [error] connection "
        "refused\n";
    return cluster;
}

/// A session of it. @p journal keeps what is written; may be null.
inline ui::SessionPtr demoSession(const std::shared_ptr<client::Transport>& transport,
                                  std::shared_ptr<ui::ChangeJournal> journal = nullptr) {
    auto session = std::make_shared<ui::Session>();
    session->name = QStringLiteral("demo");
    session->server = QStringLiteral("https://172.30.0.2:6443");
    session->defaultNamespace = QStringLiteral("default");
    session->journal = std::move(journal);
    session->client = std::make_shared<client::Client>(transport);
    return session;
}

} // namespace slipway::tests
