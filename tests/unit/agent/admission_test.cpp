#include "cluster/agent/pod/admission.h"
#include "pod_fixture.h"

using namespace slipway::agent;
using namespace slipway::agent::test;

namespace {

NodeView node() {
    NodeView view;
    view.name = "n1";
    view.labels = {{"kubernetes.io/os", "linux"}, {"disk", "ssd"}};
    view.known = true;
    view.allocatable = {{"cpu", 2000}, {"memory", (1LL << 30) * 1000}, {"pods", 3000}};
    return view;
}

core::Container asking(const std::string& cpu, const std::string& memory = "") {
    core::Container result = container("a");
    result.resources.emplace();
    result.resources->requests["cpu"] = cpu;
    if (!memory.empty())
        result.resources->requests["memory"] = memory;
    return result;
}

PodList with(core::Pod pod) {
    return {std::make_shared<const core::Pod>(std::move(pod))};
}

std::string reasonFor(const core::Pod& pod, const NodeView& view = node(), const PodList& others = {}) {
    const auto rejected = admit(pod, others, view);
    return rejected ? rejected->reason : "";
}

} // namespace

class AdmissionTest : public QObject {
    Q_OBJECT

private slots:
    void anOrdinaryPodIsTaken() { QCOMPARE(reasonFor(pod({container("a")})), std::string()); }

    void roomIsCounted() {
        const auto rejected = admit(pod({asking("600m")}), with(pod({asking("1500m")})), node());
        QVERIFY(rejected.has_value());
        QCOMPARE(rejected->reason, std::string("OutOfcpu"));
        QCOMPARE(rejected->message,
                 std::string("Node didn't have enough resource: cpu, requested: 600, used: 1500, capacity: 2000"));
        QCOMPARE(reasonFor(pod({asking("500m")}), node(), with(pod({asking("1500m")}))), std::string());
        QCOMPARE(reasonFor(pod({asking("1m", "2Gi")})), std::string("OutOfmemory"));
        PodList three;
        for (int i = 0; i < 3; ++i)
            three.push_back(with(pod({container("a")}))[0]);
        QCOMPARE(reasonFor(pod({container("a")}), node(), three), std::string("OutOfpods"));
        auto device = pod({container("a")});
        device.spec->containers[0].resources.emplace();
        device.spec->containers[0].resources->limits["example.com/gpu"] = "1";
        QCOMPARE(reasonFor(device), std::string()); // a resource the node knows nothing of is not the node's to give
        NodeView equipped = node();
        equipped.allocatable["example.com/gpu"] = 1000;
        QCOMPARE(reasonFor(device, equipped), std::string());
        QCOMPARE(reasonFor(device, equipped, with(device)), std::string("OutOfexample.com/gpu"));
    }

    void nodesAreChosenByLabels() {
        auto web = pod({container("a")});
        web.spec->nodeSelector = {{"disk", "hdd"}};
        const auto rejected = admit(web, {}, node());
        QCOMPARE(rejected->reason, std::string("NodeAffinity"));
        QCOMPARE(rejected->message,
                 std::string("Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"));
        web.spec->nodeSelector.clear();
        auto& terms = web.spec->affinity.emplace()
                          .nodeAffinity.emplace()
                          .requiredDuringSchedulingIgnoredDuringExecution.emplace()
                          .nodeSelectorTerms;
        terms.emplace_back().matchExpressions.push_back({"disk", "In", {"nvme"}});
        QCOMPARE(reasonFor(web), std::string("NodeAffinity"));
        terms.emplace_back().matchFields.push_back({"metadata.name", "In", {"n1"}});
        QCOMPARE(reasonFor(web), std::string());
        NodeView unknown = node();
        unknown.known = false;
        web.spec->nodeSelector = {{"disk", "hdd"}};
        QCOMPARE(reasonFor(web, unknown), std::string());
    }

    void hostPortsAreTakenOnce() {
        const auto on = [](int port, const std::string& ip, const std::string& protocol = "") {
            auto web = pod({container("a")});
            auto& one = web.spec->containers[0].ports.emplace_back();
            one.containerPort = one.hostPort.emplace(port);
            one.hostIP = ip;
            one.protocol = protocol;
            return web;
        };
        QCOMPARE(reasonFor(on(80, ""), node(), with(on(80, "10.0.0.1"))), std::string("NodePorts"));
        QCOMPARE(reasonFor(on(80, "10.0.0.2"), node(), with(on(80, "10.0.0.1"))), std::string());
        QCOMPARE(reasonFor(on(80, "", "UDP"), node(), with(on(80, ""))), std::string());
        QCOMPARE(reasonFor(on(81, ""), node(), with(on(80, ""))), std::string());
    }

    void sysctls_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("hostNetwork");
        QTest::addColumn<QString>("why");
        QTest::newRow("safe") << "kernel.shm_rmid_forced" << false << "";
        QTest::newRow("with slashes") << "net/ipv4/tcp_syncookies" << false << "";
        QTest::newRow("unsafe") << "kernel.msgmax" << false << "not allowlisted";
        QTest::newRow("allowed") << "net.core.somaxconn" << false << "";
        QTest::newRow("of the host") << "net.core.somaxconn" << true << "not allowed with host net enabled";
    }
    void sysctls() {
        QFETCH(QString, name);
        QFETCH(bool, hostNetwork);
        QFETCH(QString, why);
        auto web = pod({container("a")});
        web.spec->hostNetwork = hostNetwork;
        web.spec->securityContext.emplace().sysctls.push_back({name.toStdString(), "1"});
        NodeView view = node();
        view.allowedSysctls = {"net.core.*"};
        const auto rejected = admit(web, {}, view);
        QCOMPARE(rejected.has_value(), !why.isEmpty());
        if (rejected) {
            QCOMPARE(rejected->reason, std::string("SysctlForbidden"));
            QCOMPARE(QString::fromStdString(rejected->message), "forbidden sysctl: \"" + name + "\" " + why);
        }
    }

    void whatCannotBeEnforcedIsRefused() {
        auto web = pod({container("a")});
        web.spec->securityContext.emplace().supplementalGroupsPolicy = "Strict";
        QCOMPARE(reasonFor(web), std::string("SupplementalGroupsPolicyNotSupported"));
        web.spec->securityContext.emplace().appArmorProfile.emplace().type = "RuntimeDefault";
        QCOMPARE(reasonFor(web), std::string("AppArmor"));
        web.spec->securityContext->appArmorProfile->type = "Unconfined";
        QCOMPARE(reasonFor(web), std::string());
        web.spec->os.emplace().name = "windows";
        QCOMPARE(reasonFor(web), std::string("PodOSNotSupported"));
    }

    void aNodeUnderPressureTakesFewPods() {
        NodeView view = node();
        view.memoryPressure = true;
        const auto rejected = admit(pod({container("a")}), {}, view);
        QCOMPARE(rejected->reason, std::string("Evicted"));
        QCOMPARE(rejected->message, std::string("The node had condition: [MemoryPressure]. "));
        QCOMPARE(reasonFor(pod({asking("1m")}), view), std::string());
        view.diskPressure = true;
        QCOMPARE(reasonFor(pod({asking("1m")}), view), std::string("Evicted"));
        auto critical = pod({container("a")});
        critical.spec->priority = 2'000'000'000;
        QCOMPARE(reasonFor(critical, view), std::string());
        view.shuttingDown = true;
        QCOMPARE(reasonFor(critical, view), std::string("NodeShutdown"));
    }

    void noExecuteTaintsHold() {
        NodeView view = node();
        view.taints = {{"NoExecute", "gone", "", "yes"}};
        auto web = pod({container("a")});
        QCOMPARE(reasonFor(web, view), std::string("TaintToleration"));
        web.spec->tolerations.push_back({"", "gone", "Equal", {}, "yes"});
        QCOMPARE(reasonFor(web, view), std::string());
        web.spec->tolerations = {{"NoSchedule", "", "Exists", {}, ""}};
        QCOMPARE(reasonFor(web, view), std::string("TaintToleration"));
    }

    void podsAskForTheirNeediestMoment() {
        auto web = pod({asking("100m"), asking("200m")});
        auto sidecar = asking("50m");
        sidecar.restartPolicy = "Always";
        web.spec->initContainers = {sidecar, asking("500m")};
        QCOMPARE(podRequests(*web.spec).at("cpu"), 550);
        web.spec->initContainers = {asking("100m"), sidecar};
        QCOMPARE(podRequests(*web.spec).at("cpu"), 350);
        web.spec->overhead = {{"cpu", "10m"}};
        web.spec->resources.emplace().requests = {{"cpu", "1"}};
        QCOMPARE(podRequests(*web.spec).at("cpu"), 1010);
    }
};

QTEST_GUILESS_MAIN(AdmissionTest)
#include "admission_test.moc"
