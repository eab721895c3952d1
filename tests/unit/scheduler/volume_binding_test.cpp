#include "cluster/scheduler/schedule.h"

#include "tests/unit/scheduler/objects.h"

#include <QtTest>

using namespace slipway;
using namespace slipway::scheduler;
using namespace slipway::scheduler::test;

namespace {

PodInfo using_(const std::string& claim) {
    return pod("p", R"("containers":[{"name":"c"}],"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":")" +
                        claim + "\"}}]");
}

void addClaim(Snapshot& snapshot, const std::string& name, const std::string& spec, const std::string& more = "{}",
              const std::string& phase = "Pending") {
    snapshot.volumes().claims["default/" + name] =
        std::make_shared<const api::core_v1::PersistentVolumeClaim>(fromText<api::core_v1::PersistentVolumeClaim>(
            R"({"metadata":{"namespace":"default","name":")" + name + R"(","uid":"u","annotations":)" + more +
            R"(},"spec":)" + spec + R"(,"status":{"phase":")" + phase + "\"}}"));
}

void addVolume(Snapshot& snapshot, const std::string& name, const std::string& size, const std::string& host) {
    snapshot.volumes().volumes[name] = std::make_shared<
        const api::core_v1::PersistentVolume>(fromText<api::core_v1::PersistentVolume>(
        R"({"metadata":{"name":")" + name +
        R"("},"spec":{"storageClassName":"local","accessModes":["ReadWriteOnce"],)" + R"("capacity":{"storage":")" +
        size +
        R"("},"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"host","operator":"In","values":[")" +
        host + R"("]}]}]}}}})"));
}

Snapshot hosts() {
    Snapshot snapshot;
    for (const char* name : {"n1", "n2"})
        snapshot.setNode(node(name, {.labels = std::string(R"({"host":")") + name + "\"}"}));
    snapshot.volumes().classes["local"] = {"kubernetes.io/no-provisioner", true, {}};
    snapshot.volumes().classes["dynamic"] = {"slipway.dev/local-path", true, {}};
    snapshot.volumes().classes["immediate"] = {"slipway.dev/local-path", false, {}};
    return snapshot;
}

std::string wants(const std::string& storageClass, const std::string& size = "1Gi", const std::string& volume = {}) {
    return R"({"accessModes":["ReadWriteOnce"],"storageClassName":")" + storageClass + R"(","volumeName":")" + volume +
           R"(","resources":{"requests":{"storage":")" + size + "\"}}}";
}

} // namespace

class VolumeBindingTest : public QObject {
    Q_OBJECT

private slots:
    void aMissingClaimKeepsThePodWaiting() {
        QCOMPARE(schedule(using_("data"), hosts()).message(),
                 "0/2 nodes are available: persistentvolumeclaim \"data\" not found.");
    }

    void anUnboundImmediateClaimToo() {
        Snapshot snapshot = hosts();
        addClaim(snapshot, "data", wants("immediate"));
        QCOMPARE(schedule(using_("data"), snapshot).message(),
                 "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.");
    }

    void aBoundVolumeDecidesTheNode() {
        Snapshot snapshot = hosts();
        addVolume(snapshot, "disk", "1Gi", "n2");
        addClaim(snapshot, "data", wants("local", "1Gi", "disk"), R"({"pv.kubernetes.io/bind-completed":"yes"})",
                 "Bound");
        const Decision decision = schedule(using_("data"), snapshot);
        QCOMPARE(decision.node, "n2");
        QVERIFY(!decision.waitsForVolumes);
        QCOMPARE(decision.refusals.at(0).reasons.at(0), "node(s) didn't match PersistentVolume's node affinity");
    }

    void aVolumeOfAZoneIsUsedThere() {
        Snapshot snapshot;
        snapshot.setNode(node("n1", {.labels = R"({"topology.kubernetes.io/zone":"east"})"}));
        snapshot.setNode(node("n2", {.labels = R"({"topology.kubernetes.io/zone":"west"})"}));
        const auto volumeIn = [&](const std::string& label, const std::string& zones) {
            api::core_v1::PersistentVolume volume;
            volume.metadata.name = "disk";
            volume.metadata.labels[label] = zones;
            snapshot.volumes().volumes["disk"] = std::make_shared<const api::core_v1::PersistentVolume>(volume);
        };
        addClaim(snapshot, "data", wants("local", "1Gi", "disk"), R"({"pv.kubernetes.io/bind-completed":"yes"})",
                 "Bound");
        volumeIn("topology.kubernetes.io/zone", "west");
        const Decision decision = schedule(using_("data"), snapshot);
        QCOMPARE(decision.node, "n2");
        QCOMPARE(decision.refusals.at(0).plugin, "VolumeZone");
        QCOMPARE(decision.refusals.at(0).reasons.at(0), "node(s) had no available volume zone");
        volumeIn("failure-domain.beta.kubernetes.io/zone", "north__west"); // its former name, and a volume of two zones
        QCOMPARE(schedule(using_("data"), snapshot).node, "n2");
        volumeIn("topology.kubernetes.io/zone", "north");
        QVERIFY(schedule(using_("data"), snapshot).node.empty());
        snapshot.setNode(node("n3", {})); // is in no zone: nothing is known against it
        QCOMPARE(schedule(using_("data"), snapshot).node, "n3");
    }

    void aWaitingClaimTakesTheSmallestVolumeThatSuits() {
        Snapshot snapshot = hosts();
        addVolume(snapshot, "large", "10Gi", "n2");
        addVolume(snapshot, "small", "2Gi", "n2");
        addVolume(snapshot, "tiny", "100Mi", "n1");
        addClaim(snapshot, "data", wants("local"));
        const Decision decision = schedule(using_("data"), snapshot);
        QCOMPARE(decision.node, "n2");
        QVERIFY(decision.waitsForVolumes);
        QCOMPARE(decision.volumes.at(0).volume, "small");
        QCOMPARE(decision.refusals.at(0).reasons.at(0), "node(s) didn't find available persistent volumes to bind");
    }

    void aProvisionerNeedsToKnowTheNode() {
        Snapshot snapshot = hosts();
        addClaim(snapshot, "data", wants("dynamic"));
        const Decision first = schedule(using_("data"), snapshot);
        QVERIFY(!first.node.empty());
        QCOMPARE(first.volumes.size(), std::size_t(1));
        QVERIFY(first.volumes[0].volume.empty());
        addClaim(snapshot, "data", wants("dynamic"), R"({"volume.kubernetes.io/selected-node":"n2"})");
        const Decision second = schedule(using_("data"), snapshot);
        QCOMPARE(second.node, "n2");
        QVERIFY(second.volumes.empty()); // told already; the volume is on its way
        QVERIFY(second.waitsForVolumes);
    }

    void aClaimForOnePodServesOnePod() {
        Snapshot snapshot = hosts();
        addVolume(snapshot, "disk", "1Gi", "n2");
        addClaim(snapshot, "data",
                 R"({"accessModes":["ReadWriteOncePod"],"storageClassName":"local","volumeName":"disk"})",
                 R"({"pv.kubernetes.io/bind-completed":"yes"})", "Bound");
        PodInfo first = using_("data");
        first.key = "default/first";
        snapshot.setPod(first, "n2");
        QVERIFY(schedule(using_("data"), snapshot).message().contains("ReadWriteOncePod"));
    }
};

QTEST_GUILESS_MAIN(VolumeBindingTest)
#include "volume_binding_test.moc"
