#include "cluster/api/types/apps_v1.h"
#include "cluster/api/types/batch_v1.h"
#include "cluster/api/types/core_v1.h"
#include "cluster/api/types/discovery_v1.h"
#include "cluster/api/types/policy_v1.h"
#include "cluster/base/time.h"
#include "tests/integration/server/server_process.h"

#include <QRandomGenerator>
#include <algorithm>
#include <array>

using namespace slipway;
using api::JsonArray;
using api::JsonObject;
using api::apps_v1::Deployment;
using api::apps_v1::ReplicaSet;
using api::batch_v1::CronJob;
using api::core_v1::ConfigMap;
using api::core_v1::Endpoints;
using api::core_v1::Namespace;
using api::core_v1::Node;
using api::core_v1::PersistentVolume;
using api::core_v1::PersistentVolumeClaim;
using api::core_v1::Pod;
using api::core_v1::ResourceQuota;
using api::core_v1::Secret;
using api::core_v1::Service;
using api::core_v1::ServiceAccount;
using api::discovery_v1::EndpointSlice;
using api::policy_v1::PodDisruptionBudget;
using client::PatchKind;
using client::resourceOf;

/// The controllers and the scheduler in a real server process. This test plays the node's agent: it makes a node and
/// reports pods as running.
class ServerControllersTest : public QObject {
    Q_OBJECT

    test::ServerProcess server_;
    std::shared_ptr<const client::Client> client_;
    int nextAddress_ = 2;

    template <class T> std::vector<T> all(const std::string& ns = "default") const {
        std::vector<T> objects;
        if (auto list = client_->listAll(resourceOf<T>(), ns))
            for (const api::Json& item : list->items)
                objects.push_back(api::fromJson<T>(item).value());
        return objects;
    }

    void patchStatus(const client::ResourceRef& resource, const std::string& ns, const std::string& name,
                     const JsonObject& status) {
        client::PatchOptions options;
        options.subresource = "status";
        const auto done = client_->patch(resource, ns, name, PatchKind::merge, JsonObject{{"status", status}}, options);
        QVERIFY2(done, done ? "" : done.error().message.c_str());
    }

    void reportReady() {
        const JsonObject ready{{"type", "Ready"},
                               {"status", "True"},
                               {"reason", "KubeletReady"},
                               {"lastHeartbeatTime", "2026-01-01T00:00:00Z"},
                               {"lastTransitionTime", "2026-01-01T00:00:00Z"}};
        const JsonObject offers{{"cpu", "4"}, {"memory", "8Gi"}, {"pods", "20"}};
        patchStatus(resourceOf<Node>(), "", "n1",
                    {{"allocatable", offers}, {"capacity", offers}, {"conditions", JsonArray{ready}}});
    }

    /// The node's sign of life.
    void renewLease() {
        const JsonObject spec{{"holderIdentity", "n1"},
                              {"leaseDurationSeconds", 40},
                              {"renewTime", slipway::base::formatMicroTime(std::chrono::system_clock::now())}};
        const client::ResourceRef leases{"coordination.k8s.io", "v1", "leases", "Lease", true};
        if (!client_->patch(leases, "kube-node-lease", "n1", PatchKind::merge, JsonObject{{"spec", spec}}))
            client_->create(leases, "kube-node-lease",
                            {{"apiVersion", "coordination.k8s.io/v1"},
                             {"kind", "Lease"},
                             {"metadata", JsonObject{{"name", "n1"}}},
                             {"spec", spec}});
        const auto node = client_->get<Node>("", "n1"); // a case may have taken longer than a node may be silent
        if (node && node->status)
            for (const auto& condition : node->status->conditions)
                if (condition.type == "Ready" && condition.status != "True")
                    reportReady();
    }

    /// What the agent does: bound pods run, pods being deleted end.
    void playAgent() {
        renewLease();
        for (const Pod& pod : all<Pod>()) {
            if (pod.spec->nodeName.empty())
                continue;
            if (!pod.metadata.deletionTimestamp.empty()) {
                client::DeleteOptions now;
                now.gracePeriodSeconds = 0;
                client_->remove(resourceOf<Pod>(), "default", pod.metadata.name, now);
            } else if (pod.status->podIP.empty()) {
                const std::string ip = "10.244.0." + std::to_string(nextAddress_++);
                const JsonObject ready{
                    {"type", "Ready"}, {"status", "True"}, {"lastTransitionTime", "2026-01-01T00:00:00Z"}};
                patchStatus(resourceOf<Pod>(), "default", pod.metadata.name,
                            {{"phase", "Running"},
                             {"podIP", ip},
                             {"podIPs", JsonArray{JsonObject{{"ip", ip}}}},
                             {"conditions", JsonArray{ready}}});
            }
        }
    }

    /// Plays the agent until the deployment has that many available pods of its newest template and no others.
    bool settles(const std::string& name, int replicas, const std::string& image) {
        playAgent();
        const auto d = client_->get<Deployment>("default", name);
        if (!d || !d->status || d->status->observedGeneration != d->metadata.generation)
            return false;
        const auto& s = *d->status;
        if (s.replicas.value_or(0) != replicas || s.updatedReplicas.value_or(0) != replicas ||
            s.availableReplicas.value_or(0) != replicas)
            return false;
        const auto pods = all<Pod>();
        return int(pods.size()) == replicas &&
               std::ranges::all_of(pods, [&](const Pod& pod) { return pod.spec->containers[0].image == image; });
    }

private slots:
    void initTestCase() {
        server_.start();
        client_ = server_.admin();
        QVERIFY(client_);
        const JsonObject node{{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", {{"name", "n1"}}}};
        QVERIFY(client_->create(resourceOf<Node>(), "", node));
        reportReady();
    }

    void init() { renewLease(); }

    void aNodeGetsItsNetwork() { QTRY_COMPARE(client_->get<Node>("", "n1")->spec->podCIDR, "10.244.0.0/24"); }

    void aNamespaceGetsWhatEveryNamespaceHas() {
        QTRY_VERIFY(client_->get<ServiceAccount>("default", "default"));
        QTRY_VERIFY(client_->get<ConfigMap>("default", "kube-root-ca.crt"));
        QVERIFY(client_->get<ConfigMap>("default", "kube-root-ca.crt")
                    ->data.at("ca.crt")
                    .starts_with("-----BEGIN CERTIFICATE-----"));
    }

    void aDeploymentBringsPodsAndAServiceFindsThem() {
        const auto deployment =
            api::parseJson(
                R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":3,
            "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
            "spec":{"containers":[{"name":"c","image":"web:1","ports":[{"name":"http","containerPort":8080}]}]}}}})")
                .value();
        QVERIFY(client_->create(resourceOf<Deployment>(), "default", deployment.get_object()));
        const auto service =
            api::parseJson(
                R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"selector":{"app":"web"},
            "ports":[{"port":80,"targetPort":"http"}]}})")
                .value();
        QVERIFY(client_->create(resourceOf<Service>(), "default", service.get_object()));
        QTRY_VERIFY_WITH_TIMEOUT(settles("web", 3, "web:1"), 30'000);
        const auto endpoints = [&] {
            const auto found = client_->get<Endpoints>("default", "web");
            return found && found->subsets.size() == 1 ? found->subsets[0] : api::core_v1::EndpointSubset{};
        };
        QTRY_COMPARE(endpoints().addresses.size(), std::size_t(3));
        QCOMPARE(endpoints().ports.at(0).port, 8080);
        const auto sliced = [&] {
            std::size_t count = 0;
            for (const EndpointSlice& slice : all<EndpointSlice>())
                if (const auto label = slice.metadata.labels.find("kubernetes.io/service-name");
                    label != slice.metadata.labels.end() && label->second == "web")
                    count += slice.endpoints.size();
            return count;
        };
        QTRY_COMPARE(sliced(), std::size_t(3));
    }

    void aNewImageIsRolledOutAndBackAgain() {
        const auto setImage = [&](const char* image) {
            const JsonObject container{{"name", "c"}, {"image", image}};
            return client_
                ->patch(resourceOf<Deployment>(), "default", "web", PatchKind::strategicMerge,
                        JsonObject{{"spec", {{"template", {{"spec", {{"containers", JsonArray{container}}}}}}}}})
                .has_value();
        };
        QVERIFY(setImage("web:2"));
        QTRY_VERIFY_WITH_TIMEOUT(settles("web", 3, "web:2"), 60'000);
        QCOMPARE(
            client_->get<Deployment>("default", "web")->metadata.annotations.at("deployment.kubernetes.io/revision"),
            "2");
        QVERIFY(setImage("web:1")); // what rollout undo does
        QTRY_VERIFY_WITH_TIMEOUT(settles("web", 3, "web:1"), 60'000);
        QTRY_COMPARE(
            client_->get<Deployment>("default", "web")->metadata.annotations.at("deployment.kubernetes.io/revision"),
            "3");
        QCOMPARE(all<ReplicaSet>().size(), std::size_t(2)); // the first one was taken up again
    }

    void scalingGoesBothWays() {
        const auto scale = [&](int replicas) {
            return client_
                ->patch(resourceOf<Deployment>(), "default", "web", PatchKind::merge,
                        JsonObject{{"spec", {{"replicas", replicas}}}})
                .has_value();
        };
        QVERIFY(scale(5));
        QTRY_VERIFY_WITH_TIMEOUT(settles("web", 5, "web:1"), 30'000);
        QVERIFY(scale(1));
        QTRY_VERIFY_WITH_TIMEOUT(settles("web", 1, "web:1"), 30'000);
    }

    void aPodThatFitsNowhereSaysWhy() {
        const auto pod =
            api::parseJson(
                R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"big"},"spec":{"containers":[{"name":"c","image":"x",
            "resources":{"requests":{"cpu":"100"}}}]}})")
                .value();
        QVERIFY(client_->create(resourceOf<Pod>(), "default", pod.get_object()));
        const auto message = [&] {
            const auto found = client_->get<Pod>("default", "big");
            if (found && found->status)
                for (const auto& condition : found->status->conditions)
                    if (condition.type == "PodScheduled" && condition.status == "False")
                        return condition.message;
            return std::string();
        };
        QTRY_VERIFY(message().starts_with("0/1 nodes are available: 1 Insufficient cpu."));
        QVERIFY(client_->remove(resourceOf<Pod>(), "default", "big"));
        QTRY_VERIFY(!client_->get<Pod>("default", "big"));
    }

    void whatADeploymentOwnsGoesWithIt_data() {
        QTest::addColumn<QString>("policy");
        QTest::newRow("background") << "Background";
        QTest::newRow("foreground") << "Foreground";
    }
    void whatADeploymentOwnsGoesWithIt() {
        QFETCH(QString, policy);
        if (!client_->get<Deployment>("default", "web"))
            aDeploymentOnly();
        client::DeleteOptions options;
        options.propagationPolicy = policy.toStdString();
        QVERIFY(client_->remove(resourceOf<Deployment>(), "default", "web", options));
        const auto gone = [&] {
            playAgent();
            return !client_->get<Deployment>("default", "web") && all<ReplicaSet>().empty() && all<Pod>().empty();
        };
        QTRY_VERIFY_WITH_TIMEOUT(gone(), 30'000);
    }

    void orphansStay() {
        aDeploymentOnly();
        client::DeleteOptions options;
        options.propagationPolicy = "Orphan";
        QVERIFY(client_->remove(resourceOf<Deployment>(), "default", "web", options));
        QTRY_VERIFY_WITH_TIMEOUT(!client_->get<Deployment>("default", "web"), 30'000);
        const auto sets = all<ReplicaSet>();
        QCOMPARE(sets.size(), std::size_t(1));
        QVERIFY(sets[0].metadata.ownerReferences.empty());
        QVERIFY(client_->remove(resourceOf<ReplicaSet>(), "default", sets[0].metadata.name));
        QTRY_VERIFY_WITH_TIMEOUT((playAgent(), all<Pod>().empty()), 60'000);
    }

    void aNamespaceGoesWithItsContents() {
        const JsonObject ns{{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", "temp"}}}};
        QVERIFY(client_->create(resourceOf<Namespace>(), "", ns));
        ConfigMap map;
        map.metadata.name = "inside";
        map.metadata.namespace_ = "temp";
        QVERIFY(client_->create("temp", map));
        QVERIFY(client_->remove(resourceOf<Namespace>(), "", "temp"));
        QTRY_VERIFY_WITH_TIMEOUT(!client_->get<Namespace>("", "temp"), 30'000);
        QVERIFY(all<ConfigMap>("temp").empty());
    }

    void aCircleOfOwnersGoes() {
        std::vector<std::string> uids;
        for (const char* name : {"one", "two", "three"}) {
            const auto made = client_->create(resourceOf<Pod>(), "default",
                                              bare("Pod", name, R"({"containers":[{"name":"c","image":"x"}]})"));
            QVERIFY(made);
            uids.emplace_back(api::stringAt(*made, {"metadata", "uid"}));
        }
        const std::array names{"one", "two", "three"};
        for (std::size_t i = 0; i < 3; ++i) {
            const std::size_t owner = (i + 2) % 3;
            const JsonObject reference{{"apiVersion", "v1"}, {"kind", "Pod"},      {"name", names[owner]},
                                       {"uid", uids[owner]}, {"controller", true}, {"blockOwnerDeletion", true}};
            QVERIFY(client_->patch(resourceOf<Pod>(), "default", names[i], PatchKind::merge,
                                   JsonObject{{"metadata", {{"ownerReferences", JsonArray{reference}}}}}));
        }
        QVERIFY(client_->remove(resourceOf<Pod>(), "default", "one", {.propagationPolicy = "Foreground"}));
        QTRY_VERIFY_WITH_TIMEOUT((playAgent(), all<Pod>().empty()), 60'000);
    }

    void customObjectsAreCollectedToo() {
        const auto definition =
            api::parseJson(
                R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.example.com"},
            "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"widgets","singular":"widget","kind":"Widget"},
            "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object",
            "x-kubernetes-preserve-unknown-fields":true}}}]}})")
                .value();
        const client::ResourceRef definitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions",
                                              "CustomResourceDefinition", false},
            widgets{"example.com", "v1", "widgets", "Widget", true};
        QVERIFY(client_->create(definitions, "", definition.get_object()));
        client::Result<api::Json> made = std::unexpected(client::Error());
        for (int attempt = 0; !made && attempt < 100; ++attempt) {
            QTest::qWait(100);
            made = client_->create(widgets, "default", bare("Widget", "owner", "{}", "example.com/v1"));
        }
        QVERIFY2(made, made ? "" : made.error().message.c_str());
        JsonObject owned = bare("ConfigMap", "owned", "");
        owned["metadata"].get_object()["ownerReferences"] =
            JsonArray{JsonObject{{"apiVersion", "example.com/v1"},
                                 {"kind", "Widget"},
                                 {"name", "owner"},
                                 {"uid", api::stringAt(*made, {"metadata", "uid"})}}};
        QVERIFY(client_->create(resourceOf<ConfigMap>(), "default", owned));
        QTest::qWait(1500); // it is not taken for an orphan
        QVERIFY(client_->get<ConfigMap>("default", "owned"));
        QVERIFY(client_->remove(widgets, "default", "owner"));
        QTRY_VERIFY_WITH_TIMEOUT(!client_->get<ConfigMap>("default", "owned"), 30'000);
    }

    void quotaFollowsWhatIsThere() {
        QVERIFY(client_->create(
            resourceOf<ResourceQuota>(), "default",
            bare("ResourceQuota", "q", R"({"hard":{"configmaps":"5","count/secrets":"3","pods":"7"}})")));
        const auto used = [&](const char* name) {
            const auto quota = client_->get<ResourceQuota>("default", "q");
            return quota && quota->status && quota->status->used.contains(name)
                       ? QString::fromStdString(quota->status->used.at(name))
                       : QString();
        };
        QTRY_COMPARE_WITH_TIMEOUT(used("configmaps"), "1", 30'000); // the certificate authority
        QCOMPARE(used("pods"), "0");
        QVERIFY(client_->create(resourceOf<ConfigMap>(), "default", bare("ConfigMap", "more", "")));
        QTRY_COMPARE_WITH_TIMEOUT(used("configmaps"), "2", 30'000);
        QTest::qWait(2500); // it is counted again for a while after a change
        QVERIFY(client_->create(resourceOf<Secret>(), "default", bare("Secret", "late", "")));
        QTRY_COMPARE_WITH_TIMEOUT(used("count/secrets"), "1", 30'000);
        QVERIFY(client_->remove(resourceOf<Secret>(), "default", "late"));
        QVERIFY(client_->remove(resourceOf<ConfigMap>(), "default", "more"));
        QTRY_COMPARE_WITH_TIMEOUT(used("configmaps"), "1", 30'000);
        QVERIFY(client_->remove(resourceOf<ResourceQuota>(), "default", "q"));
    }

    void aBudgetIsKept() {
        aDeploymentOnly();
        QVERIFY(client_->create(resourceOf<PodDisruptionBudget>(), "default",
                                bare("PodDisruptionBudget", "b",
                                     R"({"maxUnavailable":1,"selector":{"matchLabels":{"app":"web"}}})", "policy/v1")));
        const auto allowed = [&] {
            const auto budget = client_->get<PodDisruptionBudget>("default", "b");
            return budget && budget->status && budget->status->observedGeneration ? budget->status->disruptionsAllowed
                                                                                  : -1;
        };
        QTRY_COMPARE_WITH_TIMEOUT(allowed(), 1, 30'000);
        const auto budget = client_->get<PodDisruptionBudget>("default", "b");
        QCOMPARE(budget->status->expectedPods, 2);
        QCOMPARE(budget->status->desiredHealthy, 1);
        QVERIFY(client_->remove(resourceOf<PodDisruptionBudget>(), "default", "b"));
        QVERIFY(client_->remove(resourceOf<Deployment>(), "default", "web"));
        QTRY_VERIFY_WITH_TIMEOUT((playAgent(), all<Pod>().empty()), 60'000);
    }

    void endpointsByHandAreMirrored() {
        QVERIFY(client_->create(resourceOf<Service>(), "default",
                                bare("Service", "byhand", R"({"ports":[{"port":5432}]})")));
        JsonObject endpoints = bare("Endpoints", "byhand", "");
        endpoints["subsets"] = JsonArray{JsonObject{{"addresses", JsonArray{JsonObject{{"ip", "192.0.2.7"}}}},
                                                    {"ports", JsonArray{JsonObject{{"port", 5432}}}}}};
        QVERIFY(client_->create(resourceOf<Endpoints>(), "default", endpoints));
        const auto mirrored = [&] {
            for (const EndpointSlice& slice : all<EndpointSlice>())
                if (slice.metadata.labels.contains("endpointslice.kubernetes.io/managed-by") &&
                    slice.metadata.labels.at("endpointslice.kubernetes.io/managed-by") ==
                        "endpointslicemirroring-controller.k8s.io" &&
                    slice.endpoints.size() == 1)
                    return slice.endpoints[0].addresses.at(0);
            return std::string();
        };
        QTRY_COMPARE_WITH_TIMEOUT(mirrored(), "192.0.2.7", 30'000);
        QVERIFY(client_->remove(resourceOf<Service>(), "default", "byhand"));
        QTRY_COMPARE_WITH_TIMEOUT(mirrored(), "", 30'000);
    }

    void aClaimAndAVolumeFindEachOther() {
        QVERIFY(client_->create(
            resourceOf<PersistentVolume>(), "",
            bare(
                "PersistentVolume", "disk",
                R"({"capacity":{"storage":"2Gi"},"accessModes":["ReadWriteOnce"],"storageClassName":"byhand","hostPath":{"path":"/tmp/x"},
            "persistentVolumeReclaimPolicy":"Retain"})")));
        QVERIFY(client_->create(
            resourceOf<PersistentVolumeClaim>(), "default",
            bare(
                "PersistentVolumeClaim", "data",
                R"({"accessModes":["ReadWriteOnce"],"storageClassName":"byhand","resources":{"requests":{"storage":"1Gi"}}})")));
        const auto phase = [&](auto object) {
            return object && object->status ? QString::fromStdString(object->status->phase) : QString();
        };
        QTRY_COMPARE_WITH_TIMEOUT(phase(client_->get<PersistentVolumeClaim>("default", "data")), "Bound", 30'000);
        QCOMPARE(client_->get<PersistentVolumeClaim>("default", "data")->status->capacity.at("storage"), "2Gi");
        QCOMPARE(phase(client_->get<PersistentVolume>("", "disk")), "Bound");
        QVERIFY(client_->remove(resourceOf<PersistentVolumeClaim>(), "default", "data"));
        QTRY_COMPARE_WITH_TIMEOUT(phase(client_->get<PersistentVolume>("", "disk")), "Released", 30'000);
        QVERIFY(client_->remove(resourceOf<PersistentVolume>(), "", "disk"));
        QTRY_VERIFY_WITH_TIMEOUT(!client_->get<PersistentVolume>("", "disk"), 30'000);
    }

    void aBalancerGetsTheNodesAddress() {
        patchStatus(resourceOf<Node>(), "", "n1",
                    {{"addresses", JsonArray{JsonObject{{"type", "InternalIP"}, {"address", "192.0.2.10"}}}}});
        QVERIFY(client_->create(
            resourceOf<Service>(), "default",
            bare("Service", "lb", R"({"type":"LoadBalancer","selector":{"app":"web"},"ports":[{"port":80}]})")));
        const auto address = [&] {
            const auto service = client_->get<Service>("default", "lb");
            return service && service->status && service->status->loadBalancer &&
                           !service->status->loadBalancer->ingress.empty()
                       ? QString::fromStdString(service->status->loadBalancer->ingress[0].ip)
                       : QString();
        };
        QTRY_COMPARE_WITH_TIMEOUT(address(), "192.0.2.10", 30'000);
        QVERIFY(client_->remove(resourceOf<Service>(), "default", "lb"));
    }

    void aTokenSecretIsFilled() {
        JsonObject secret = bare("Secret", "token", "");
        secret["type"] = "kubernetes.io/service-account-token";
        secret["metadata"].get_object()["annotations"] = JsonObject{{"kubernetes.io/service-account.name", "default"}};
        QVERIFY(client_->create(resourceOf<Secret>(), "default", secret));
        const auto filled = [&] {
            const auto found = client_->get<Secret>("default", "token");
            return found && found->data.contains("token") && found->data.contains("ca.crt") &&
                   found->data.contains("namespace");
        };
        QTRY_VERIFY_WITH_TIMEOUT(filled(), 30'000);
    }

    /// Clients tell by its bytes whether a revision is that of a template.
    void aRevisionIsRecordedAsClientsWould() {
        const JsonObject made =
            bare("DaemonSet", "d",
                 R"({"selector":{"matchLabels":{"d":"1"}},"template":{"metadata":{"labels":{"d":"1"}},
                 "spec":{"nodeSelector":{"no":"where"},"containers":[{"name":"c","image":"x:1"}]}}})",
                 "apps/v1");
        QVERIFY(client_->create(resourceOf<api::apps_v1::DaemonSet>(), "default", made));
        const auto revisions = [&] {
            std::vector<std::string> found;
            for (const auto& revision : all<api::apps_v1::ControllerRevision>())
                if (revision.metadata.name.starts_with("d-"))
                    found.push_back(api::printJson(revision.data));
            return found;
        };
        QTRY_COMPARE(revisions().size(), std::size_t(1));
        const QString data = QString::fromStdString(revisions()[0]);
        QVERIFY2(
            data.startsWith(R"({"spec":{"template":{"$patch":"replace","metadata":{"creationTimestamp":null,)"
                            R"("labels":{"d":"1"}},"spec":{"containers":[{"image":"x:1",)"
                            R"("imagePullPolicy":"IfNotPresent","name":"c","resources":{},"terminationMessagePath")"),
            qPrintable(data));
        QVERIFY(client_->remove(resourceOf<api::apps_v1::DaemonSet>(), "default", "d"));
        QTRY_VERIFY(revisions().empty());
    }

    void aCronJobForgetsJobsThatWentMissing() {
        const JsonObject made =
            bare("CronJob", "nightly",
                 R"({"schedule":"0 0 1 1 *","suspend":true,"jobTemplate":{"spec":{"template":{"spec":{
                 "restartPolicy":"Never","containers":[{"name":"c","image":"x"}]}}}}})",
                 "batch/v1");
        QVERIFY(client_->create(resourceOf<CronJob>(), "default", made));
        const JsonObject gone{{"apiVersion", "batch/v1"},
                              {"kind", "Job"},
                              {"namespace", "default"},
                              {"name", "nightly-1"},
                              {"uid", "0-was-here"}};
        patchStatus(resourceOf<CronJob>(), "default", "nightly", {{"active", JsonArray{gone}}});
        QTRY_VERIFY(client_->get<CronJob>("default", "nightly")->status->active.empty());
        QTRY_VERIFY(std::ranges::any_of(all<api::core_v1::Event>(), [](const auto& event) {
            return event.reason == "MissingJob" && event.involvedObject.name == "nightly";
        }));
        QVERIFY(client_->remove(resourceOf<CronJob>(), "default", "nightly"));
    }

    /// Whatever it was at when it died, the end is what was asked for.
    void theServerMayDieAtAnyTime() {
        aDeploymentOnly();
        std::string image;
        int replicas = 0;
        for (int round = 0; round < 12; ++round) {
            image = "web:" + std::to_string(round);
            replicas = 2 + round % 4;
            const JsonObject container{{"name", "c"}, {"image", image}};
            QVERIFY(client_->patch(resourceOf<Deployment>(), "default", "web", PatchKind::strategicMerge,
                                   JsonObject{{"spec",
                                               {{"replicas", replicas},
                                                {"template", {{"spec", {{"containers", JsonArray{container}}}}}}}}}));
            for (int step = 0; step < round % 5; ++step) {
                playAgent();
                QTest::qWait(QRandomGenerator::global()->bounded(60));
            }
            server_.kill();
            server_.start();
            client_ = server_.admin();
        }
        QTRY_VERIFY_WITH_TIMEOUT(settles("web", replicas, image), 120'000);
        for (const ReplicaSet& set : all<ReplicaSet>()) // of the old sets none has a pod left
            QCOMPARE(set.spec->replicas.value_or(0) > 0, set.spec->template_->spec->containers[0].image == image);
        QVERIFY(client_->remove(resourceOf<Deployment>(), "default", "web"));
        QTRY_VERIFY_WITH_TIMEOUT((playAgent(), all<Pod>().empty() && all<ReplicaSet>().empty()), 60'000);
    }

    void podsOfAVanishedNodeGo() {
        aDeploymentOnly();
        QVERIFY(client_->remove(resourceOf<Deployment>(), "default", "web", {.propagationPolicy = "Orphan"}));
        QTRY_VERIFY_WITH_TIMEOUT(!client_->get<Deployment>("default", "web"), 30'000);
        QTRY_VERIFY_WITH_TIMEOUT((playAgent(), !all<Pod>().empty()), 30'000); // those of the orphaned set
        for (const ReplicaSet& set : all<ReplicaSet>())
            QVERIFY(client_->remove(resourceOf<ReplicaSet>(), "default", set.metadata.name,
                                    {.propagationPolicy = "Orphan"}));
        QTRY_VERIFY_WITH_TIMEOUT(all<ReplicaSet>().empty(), 30'000);
        QVERIFY(client_->remove(resourceOf<Node>(), "", "n1"));
        QTRY_VERIFY_WITH_TIMEOUT(all<Pod>().empty(), 120'000);
    }

private:
    static JsonObject bare(const char* kind, const char* name, const std::string& spec, const char* apiVersion = "v1") {
        JsonObject object{{"apiVersion", apiVersion}, {"kind", kind}, {"metadata", JsonObject{{"name", name}}}};
        if (!spec.empty())
            object["spec"] = api::parseJson(spec).value();
        return object;
    }

    void aDeploymentOnly() {
        const auto deployment =
            api::parseJson(
                R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":2,
            "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
            "spec":{"containers":[{"name":"c","image":"web:1"}]}}}})")
                .value();
        QVERIFY(client_->create(resourceOf<Deployment>(), "default", deployment.get_object()));
        QTRY_VERIFY_WITH_TIMEOUT(settles("web", 2, "web:1"), 30'000);
    }
};

QTEST_GUILESS_MAIN(ServerControllersTest)
#include "server_controllers_test.moc"
