// The decisions behind the window's features: rollouts, drains, labels, pending pods, topology, releases, use.
#include "cluster/api/base64.h"
#include "tests/unit/ui/fake_server.h"
#include "ui/access/port_forwards.h"
#include "ui/access/ports_dialog.h"
#include "ui/access/rights_page.h"
#include "ui/actions/drain.h"
#include "ui/actions/image_dialog.h"
#include "ui/actions/labels_dialog.h"
#include "ui/actions/rollout.h"
#include "ui/actions/why_pending.h"
#include "ui/charts/metrics_store.h"
#include "ui/cluster/overview_page.h"
#include "ui/editor/yaml_sources.h"
#include "ui/helm/helm_release.h"
#include "ui/logs/log_buffer.h"
#include "ui/resources/relations.h"
#include "ui/topology/topology_graph.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <zlib.h>

using namespace slipway;
using namespace slipway::ui;

namespace {

api::JsonObject object(const char* json) {
    return api::parseJson(json)->as_object();
}
api::Json value(const char* json) {
    return *api::parseJson(json);
}

std::string gzip(const std::string& text) {
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    std::string out(text.size() + 128, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

} // namespace

class FeaturesTest : public QObject {
    Q_OBJECT
private slots:
    void revisionsOfADeploymentAreItsReplicaSets() {
        const auto set = [](const char* name, const char* revision, const char* image, const char* owner) {
            api::JsonObject made;
            api::objectAt(made, {"metadata"})["name"] = name;
            api::objectAt(made, {"metadata", "annotations"})["deployment.kubernetes.io/revision"] = revision;
            api::objectAt(made, {"metadata"})["ownerReferences"] = api::JsonArray{api::JsonObject{{"uid", owner}}};
            api::JsonObject& labels = api::objectAt(made, {"spec", "template", "metadata", "labels"});
            labels["app"] = "a";
            labels["pod-template-hash"] = "x";
            api::objectAt(made, {"spec", "template", "spec"})["containers"] =
                api::JsonArray{api::JsonObject{{"image", image}}};
            return api::Json(made);
        };
        const auto revisions = deploymentRevisions(
            object(R"({"metadata":{"uid":"d1"}})"),
            {set("w-1", "1", "nginx:1", "d1"), set("w-10", "10", "nginx:10", "d1"), set("other", "3", "x", "d2")});
        QCOMPARE(revisions.size(), std::size_t(2));
        QCOMPARE(revisions[0].number, std::int64_t(10));
        QVERIFY(revisions[0].current && !revisions[1].current);
        QVERIFY(revisions[1].yaml.contains("nginx:1") && !revisions[1].yaml.contains("pod-template-hash"));
        QVERIFY(revisions[1].patchKind == client::PatchKind::json);
        QVERIFY(api::stringAt(revisions[1].patch.at(0), {"path"}) == "/spec/template");
    }

    void revisionsOfAStatefulSetAreItsControllerRevisions() {
        const auto revisions = controllerRevisions(
            object(R"({"metadata":{"uid":"s1"}})"),
            {value(
                 R"({"revision":2,"metadata":{"name":"db-2","ownerReferences":[{"uid":"s1"}]},"data":{"spec":{"template":{"$patch":"replace","spec":{"containers":[]}}}}})"),
             value(
                 R"({"revision":1,"metadata":{"name":"db-1","ownerReferences":[{"uid":"s1"}]},"data":{"spec":{"template":{"$patch":"replace"}}}})")});
        QCOMPARE(revisions.size(), std::size_t(2));
        QCOMPARE(revisions[1].createdBy, QStringLiteral("db-1"));
        QVERIFY(!revisions[0].yaml.contains("$patch"));
        QVERIFY(revisions[1].patchKind == client::PatchKind::strategicMerge);
    }

    void drainingDecidesByOwners() {
        const auto plan = drainPlan(
            {value(
                 R"({"metadata":{"name":"a","ownerReferences":[{"kind":"ReplicaSet","name":"r","controller":true}]},"spec":{"volumes":[{"emptyDir":{}}]},"status":{"phase":"Running"}})"),
             value(
                 R"({"metadata":{"name":"b","ownerReferences":[{"kind":"DaemonSet","name":"d","controller":true}]},"status":{"phase":"Running"}})"),
             value(R"({"metadata":{"name":"c"},"status":{"phase":"Running"}})"),
             value(R"({"metadata":{"name":"d"},"status":{"phase":"Succeeded"}})"),
             value(
                 R"({"metadata":{"name":"e","annotations":{"kubernetes.io/config.mirror":"x"}},"status":{"phase":"Running"}})")});
        using Fate = DrainPod::Fate;
        const Fate wanted[] = {Fate::evicted, Fate::stays, Fate::lost, Fate::finished, Fate::stays};
        for (std::size_t i = 0; i < 5; ++i)
            QVERIFY(plan[i].fate == wanted[i]);
        QVERIFY(plan[0].losesData && !plan[2].losesData);
        QCOMPARE(plan[0].owner, QStringLiteral("ReplicaSet/r"));
    }

    void drainingEvictsAndWaits() {
        int asked = 0;
        auto server = std::make_shared<tests::FakeServer>([&asked](const client::Request& request) {
            if (request.method == "POST" && request.target.contains("/a/eviction")) {
                ++asked;
                return tests::status(429, "TooManyRequests", "Cannot evict pod as it would violate the budget.");
            }
            if (request.target.ends_with("/pods/gone"))
                return tests::status(404, "NotFound", "not found");
            return client::Response{200, "application/json", R"({"metadata":{"name":"a"}})"};
        });
        std::vector<DrainPod> pods(3);
        pods[0].ns = pods[1].ns = pods[2].ns = QStringLiteral("default");
        pods[0].name = QStringLiteral("a");
        pods[1].name = QStringLiteral("gone");
        pods[2].name = QStringLiteral("lost");
        pods[2].fate = DrainPod::Fate::lost;
        QVERIFY(!drainRound(client::Client(server), pods, false));
        QCOMPARE(asked, 1);
        QVERIFY(pods[0].state.contains("budget"));
        QVERIFY(pods[1].gone && !pods[2].gone);
    }

    void labelLinesBecomeAPatch() {
        const auto before = object(R"({"app":"web","old":"1"})");
        const auto all = mapPatch(before, QStringLiteral("app=web\nnew = 2\n"), true);
        QVERIFY(all && all->size() == 2 && all->at("old").is_null());
        QVERIFY(api::stringAt(*all, {"new"}) == "2");
        const auto some = mapPatch(before, QStringLiteral("x=y\nold-"), false);
        QVERIFY(some && some->size() == 2 && some->at("old").is_null());
        QVERIFY(!mapPatch(before, QStringLiteral("nonsense"), true));
    }

    void imagesArePatchedWhereTheTemplateStands() {
        QCOMPARE(api::printJson(imagePatch("Deployment", {{"a", "x:1"}})),
                 std::string(R"({"spec":{"template":{"spec":{"containers":[{"name":"a","image":"x:1"}]}}}})"));
        QVERIFY(api::find(imagePatch("CronJob", {{"a", "x"}}), {"spec", "jobTemplate", "spec", "template"}) != nullptr);
    }

    void aCronJobIsRunByHand() {
        const auto job = jobOf(
            object(
                R"({"metadata":{"name":"nightly","namespace":"shop","uid":"u1"},"spec":{"jobTemplate":{"metadata":{"labels":{"a":"b"}},"spec":{"template":{}}}}})"),
            77);
        QVERIFY(api::stringAt(job, {"metadata", "name"}) == "nightly-manual-77");
        QVERIFY(api::stringAt(job, {"metadata", "labels", "a"}) == "b");
        QVERIFY(api::stringAt(job, {"metadata", "annotations", "cronjob.kubernetes.io/instantiate"}) == "manual");
        QVERIFY(api::find(job, {"spec", "template"}) != nullptr);
    }

    void pendingPodsSayWhy() {
        const auto reasons = reasonsOf(QStringLiteral(
            "0/6 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {a: b, c}, 3 Too many pods. "
            "preemption: 0/6 nodes are available: 6 No preemption victims found for incoming pod."));
        QCOMPARE(reasons.size(), std::size_t(4));
        QCOMPARE(reasons[1].what, QStringLiteral("node(s) had untolerated taint {a: b, c}"));
        QCOMPARE(reasons[1].nodes, 2);
        QCOMPARE(reasons[2].what, QStringLiteral("Too many pods"));
        const auto pull = whyPending(
            object(
                R"({"spec":{"nodeName":"n"},"status":{"containerStatuses":[{"name":"c","state":{"waiting":{"reason":"ErrImagePull","message":"no such image"}}}]}})"),
            {});
        QCOMPARE(pull.front().what, QStringLiteral("c: ErrImagePull"));
        QCOMPARE(pull.front().detail, QStringLiteral("no such image"));
        QCOMPARE(whyPending(object("{}"), {}).size(), std::size_t(1)); // not decided yet
    }

    void topologyJoinsWhatBelongsTogether() {
        TopologyInput input;
        input.nodes = {value(
            R"({"metadata":{"name":"n1","uid":"n1"},"status":{"conditions":[{"type":"Ready","status":"True"}]}})")};
        input.deployments = {value(
            R"({"kind":"Deployment","metadata":{"name":"web","namespace":"a","uid":"d1"},"spec":{"replicas":1},"status":{"readyReplicas":1}})")};
        input.replicaSets = {value(
            R"({"metadata":{"name":"web-1","namespace":"a","uid":"r1","ownerReferences":[{"uid":"d1","controller":true}]}})")};
        input.pods = {value(
            R"({"metadata":{"name":"web-1-x","namespace":"a","uid":"p1","labels":{"app":"web"},"ownerReferences":[{"uid":"r1","controller":true}]},"spec":{"nodeName":"n1"},"status":{"phase":"Running"}})")};
        input.services = {
            value(R"({"metadata":{"name":"web","namespace":"a","uid":"s1"},"spec":{"selector":{"app":"web"}}})"),
            value(R"({"metadata":{"name":"empty","namespace":"a","uid":"s2"},"spec":{"selector":{"app":"none"}}})")};
        input.ingresses = {value(
            R"({"metadata":{"name":"in","namespace":"a","uid":"i1"},"spec":{"rules":[{"http":{"paths":[{"backend":{"service":{"name":"web"}}}]}}]}})")};
        const TopologyGraph graph = topologyOf(input);
        QCOMPARE(graph.nodes.size(), std::size_t(6));
        QCOMPARE(graph.edges.size(), std::size_t(4)); // pod-node, workload-pod, service-workload, ingress-service
        const auto joined = [&graph](const QString& from, const QString& to) {
            return std::ranges::any_of(graph.edges, [&](const TopologyEdge& edge) {
                return graph.nodes[std::size_t(edge.from)].name == from && graph.nodes[std::size_t(edge.to)].name == to;
            });
        };
        QVERIFY(joined("in", "web") && joined("web", "web-1-x") && joined("web-1-x", "n1"));
        for (const TopologyNode& node : graph.nodes)
            if (node.name == QLatin1String("empty"))
                QVERIFY(node.tone == Tone::waiting); // it leads nowhere
    }

    void releasesAreReadFromTheirSecrets() {
        const std::string json =
            R"({"name":"shop","namespace":"default","version":3,"info":{"status":"deployed","notes":"hello"},"chart":{"metadata":{"name":"web","version":"1.2.0","appVersion":"9"},"values":{"a":1}},"config":{"b":2},"manifest":"kind: X"})";
        api::JsonObject secret{
            {"type", "helm.sh/release.v1"},
            {"data", api::JsonObject{{"release", api::encodeBase64(api::encodeBase64(gzip(json)))}}}};
        const auto release = readRelease(secret);
        QVERIFY(release);
        QCOMPARE(release->name, QStringLiteral("shop"));
        QCOMPARE(release->revision, std::int64_t(3));
        QCOMPARE(release->chart, QStringLiteral("web"));
        QVERIFY(release->values.contains("b: 2") && release->allValues.contains("a: 1"));
        secret["type"] = "Opaque";
        QVERIFY(!readRelease(secret));
        QVERIFY(!gunzip(gzip(std::string(100'000, 'x')), 1000)); // a bomb stays small
        QVERIFY(!gunzip("no gzip at all", 1000));
    }

    void usageIsReadAndBounded() {
        const auto pods = measuredPods(
            value(
                R"({"items":[{"metadata":{"namespace":"a","name":"p"},"containers":[{"name":"c","usage":{"cpu":"250m","memory":"64Mi"}},{"name":"d","usage":{"cpu":"1","memory":"1Gi"}}]}]})"),
            5);
        QCOMPARE(pods.size(), std::size_t(3));
        QCOMPARE(pods[2].key, MetricsStore::podKey("a", "p"));
        QCOMPARE(pods[2].sample.cpu, 1.25);
        QCOMPARE(pods[2].sample.memory, 1088.0 * 1024 * 1024);
        MetricsStore store(nullptr);
        const qint64 now = QDateTime::currentMSecsSinceEpoch();
        for (int i = 0; i < 1000; ++i)
            store.take({{"node/n", {now + i, 1, 2}}, {"node/m", {now + i, 3, 4}}});
        QVERIFY(store.series("node/n")->size() <= 360);
        QCOMPARE(store.sum({"node/n", "node/m"}).back().cpu, 4.0);
        QVERIFY(store.latest("node/n") && !store.latest("node/other"));
    }

    void quantitiesAreWrittenShort() {
        QCOMPARE(quantityOf("8038400Ki"), 8038400.0 * 1024);
        QCOMPARE(quantityOf("250m"), 0.25);
        QCOMPARE(cpuText(0.25), QStringLiteral("250m"));
        QCOMPARE(cpuText(4), QStringLiteral("4"));
        QCOMPARE(memoryText(7.7 * 1024 * 1024 * 1024), QStringLiteral("7.7 GiB"));
        const auto bounds = boundsOfPodSpec(object(
            R"({"containers":[{"resources":{"requests":{"cpu":"1"},"limits":{"cpu":"2","memory":"1Gi"}}},{"resources":{"limits":{"memory":"1Gi"}}}]})"));
        QCOMPARE(bounds.cpuLimit, 0.0); // one container may use all there is
        QCOMPARE(bounds.memoryLimit, 2.0 * 1024 * 1024 * 1024);
    }

    void clustersAreSummed() {
        ClusterSummary sum;
        sum.addNode(value(
            R"({"metadata":{"name":"n"},"status":{"allocatable":{"cpu":"2","memory":"4Gi","pods":"10"},"conditions":[{"type":"Ready","status":"False"}]}})"));
        sum.addPod(value(
            R"({"metadata":{"name":"p","namespace":"a"},"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"500m"}}}]},"status":{"phase":"Running","containerStatuses":[{"name":"c","state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}})"));
        sum.addPod(value(R"({"metadata":{"name":"q"},"status":{"phase":"Succeeded"}})"));
        QCOMPARE(sum.nodes, 1);
        QCOMPARE(sum.readyNodes, 0);
        QCOMPARE(sum.pods, 1); // what has finished takes no room
        QCOMPARE(sum.podRoom, 10);
        QCOMPARE(sum.cpuRequested, 0.5);
        QCOMPARE(sum.troubles.size(), std::size_t(2));
    }

    void objectsSayWhatTheyHaveToDoWithOthers() {
        const auto found = referencesOf(object(
            R"({"kind":"Pod","metadata":{"name":"p","namespace":"a","ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"r"}]},
            "spec":{"nodeName":"n","serviceAccountName":"sa","containers":[{"envFrom":[{"secretRef":{"name":"s"}}],"env":[{"valueFrom":{"configMapKeyRef":{"name":"c"}}}]}],
            "volumes":[{"persistentVolumeClaim":{"claimName":"data"}},{"configMap":{"name":"c"}}]}})"));
        QStringList all;
        for (const Relation& relation : found)
            all << text(relation.kind) + '/' + relation.name;
        QCOMPARE(all, (QStringList{"ReplicaSet/r", "Node/n", "ServiceAccount/sa", "Secret/s", "ConfigMap/c",
                                   "PersistentVolumeClaim/data"}));
        QVERIFY(found[0].group == "apps");
    }

    void logLinesSayHowGraveTheyAre() {
        QVERIFY(severityOf("E0131 12:00:00.1 1 x.go:1] failed") == Severity::error);
        QVERIFY(severityOf("I0131 12:00:00.1 1 x.go:1] no error at all") == Severity::normal);
        QVERIFY(severityOf(R"({"level":"warn","msg":"slow"})") == Severity::warning);
        QVERIFY(severityOf("level=info msg=\"error count 0\"") == Severity::normal);
        QVERIFY(severityOf("[error] connection refused") == Severity::error);
        QVERIFY(severityOf("GET /errors 200") == Severity::normal);
    }

    void portsAreFoundAndRead() {
        QCOMPARE(openedPort("Forwarding from 127.0.0.1:40123 -> 80"), 40123);
        QCOMPARE(openedPort("Handling connection for 40123"), 0);
        QCOMPARE(portsOf(object(R"({"kind":"Service","spec":{"ports":[{"port":80,"name":"http"}]}})"))[0].port, 80);
        QCOMPARE(
            portsOf(object(
                R"({"kind":"Deployment","spec":{"template":{"spec":{"containers":[{"ports":[{"containerPort":8080}]}]}}}})"))
                [0]
                    .port,
            8080);
    }

    void rightsAreListed() {
        const auto rights = rightsOf(value(
            R"({"status":{"resourceRules":[{"verbs":["get","list"],"apiGroups":[""],"resources":["pods"]}],"nonResourceRules":[{"verbs":["get"],"nonResourceURLs":["/version"]}]}})"));
        QCOMPARE(rights.size(), std::size_t(2));
        QCOMPARE(rights[0].verbs, QStringLiteral("get, list"));
        QCOMPARE(rights[1].resources, QStringLiteral("/version"));
    }

    void foldersGiveTheirYaml() {
        const QTemporaryDir folder;
        QDir(folder.path()).mkdir("inner");
        for (const char* name : {"b.yaml", "inner/a.yml", "notes.txt"}) {
            QFile file(folder.filePath(QLatin1String(name)));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write("kind: X\n");
        }
        const auto gathered = readYamlSources({folder.path()});
        QCOMPARE(gathered.sources.size(), std::size_t(2));
        QCOMPARE(gathered.sources[1].name, QStringLiteral("inner/a.yml"));
        QVERIFY(readYamlSources({folder.filePath("missing.yaml")}).problem.contains("missing.yaml"));
    }
};

QTEST_MAIN(FeaturesTest)
#include "features_test.moc"
