#include "cluster/scheduler/schedule.h"

#include "tests/unit/scheduler/objects.h"

#include <QtTest>

using namespace slipway;
using namespace slipway::scheduler;
using namespace slipway::scheduler::test;
using api::resource_v1::DeviceClass;
using api::resource_v1::ResourceClaim;
using api::resource_v1::ResourceSlice;

namespace {

/// A pod that uses those claims, each an entry of its own.
PodInfo podWith(const std::vector<std::string>& claims, const std::string& name = "p") {
    std::string entries;
    for (const std::string& claim : claims)
        entries +=
            (entries.empty() ? "" : ",") + std::format(R"({{"name":"{}","resourceClaimName":"{}"}})", claim, claim);
    return pod(name, R"("containers":[{"name":"c"}],"resourceClaims":[)" + entries + "]");
}

template <class T> std::shared_ptr<const T> made(const std::string& text) {
    return std::make_shared<const T>(fromText<T>(text));
}

void addSlice(Snapshot& snapshot, const std::string& node, const std::string& devices, int generation = 1,
              int slices = 1) {
    snapshot.devices().slices[std::format("{}-{}", node, generation)] = made<ResourceSlice>(
        std::format(R"({{"spec":{{"driver":"gpu.example.com","nodeName":"{}","pool":{{"name":"{}","generation":{},)"
                    R"("resourceSliceCount":{}}},"devices":[{}]}}}})",
                    node, node, generation, slices, devices));
}

void addClaim(Snapshot& snapshot, const std::string& name, const std::string& devices,
              const std::string& status = "{}") {
    snapshot.devices().setClaim(
        "default/" + name, made<ResourceClaim>(std::format(R"({{"metadata":{{"namespace":"default","name":"{}",)"
                                                           R"("uid":"{}-uid"}},"spec":{{"devices":{}}},"status":{}}})",
                                                           name, name, devices, status)));
}

std::string asks(const std::string& more = R"("count":1)") {
    return R"({"requests":[{"name":"r","exactly":{"deviceClassName":"gpu",)" + more + "}}]}";
}

/// Two nodes; n2 has a small and a large device.
Snapshot cluster() {
    Snapshot snapshot;
    for (const char* name : {"n1", "n2"})
        snapshot.setNode(node(name));
    snapshot.devices().classes["gpu"] =
        made<DeviceClass>(R"({"spec":{"selectors":[{"cel":{"expression":"device.driver == 'gpu.example.com'"}}]}})");
    addSlice(snapshot, "n2",
             R"({"name":"small","attributes":{"model":{"string":"a"}},"capacity":{"memory":{"value":"4Gi"}}},)"
             R"({"name":"large","attributes":{"model":{"string":"b"}},"capacity":{"memory":{"value":"40Gi"}}})");
    return snapshot;
}

QString devicesOf(const Decision& decision) {
    std::string text = decision.node;
    for (const auto& choice : decision.devices) {
        text += " " + choice.claim + ":";
        if (choice.allocation)
            for (const auto& one : choice.allocation->devices->results)
                text += std::format(" {}={}/{}", one.request, one.pool, one.device);
    }
    return QString::fromStdString(text);
}

} // namespace

class DynamicResourcesTest : public QObject {
    Q_OBJECT

private slots:
    void aPodGoesWhereItsDeviceIs() {
        Snapshot snapshot = cluster();
        addClaim(snapshot, "c", asks());
        const Decision decision = schedule(podWith({"c"}), snapshot);
        QCOMPARE(devicesOf(decision), "n2 default/c: r=n2/small");
        QCOMPARE(decision.devices.front().uid, "c-uid");
        const auto& where = decision.devices.front().allocation->nodeSelector;
        QCOMPARE(where->nodeSelectorTerms.front().matchFields.front().values, std::vector<std::string>{"n2"});
    }

    void aMissingClaimKeepsThePodWaiting() {
        const Decision decision = schedule(podWith({"c"}), cluster());
        QCOMPARE(decision.message(), "0/2 nodes are available: resourceclaim \"c\" not found.");
        QVERIFY(decision.awaitsNews);
    }

    void selectorsChooseByCapacityAndAttributes() {
        Snapshot snapshot = cluster();
        addClaim(
            snapshot, "c",
            asks(
                R"("count":1,"selectors":[{"cel":{"expression":"device.capacity['gpu.example.com'].memory.isGreaterThan(quantity('10Gi')) && device.attributes['gpu.example.com'].model == 'b'"}}])"));
        QCOMPARE(devicesOf(schedule(podWith({"c"}), snapshot)), "n2 default/c: r=n2/large");
    }

    void whatIsTakenOrDecidedIsNotGivenAgain() {
        Snapshot snapshot = cluster();
        addClaim(
            snapshot, "other", asks(),
            R"({"allocation":{"devices":{"results":[{"request":"r","driver":"gpu.example.com","pool":"n2","device":"small"}]}}})");
        addClaim(snapshot, "c", asks());
        const Decision decision = schedule(podWith({"c"}), snapshot);
        QCOMPARE(devicesOf(decision), "n2 default/c: r=n2/large");
        snapshot.devices().assumed["default/c"] = {"c-uid", *decision.devices.front().allocation};
        addClaim(snapshot, "late", asks());
        QCOMPARE(schedule(podWith({"late"}, "q"), snapshot).message(),
                 "0/2 nodes are available: 2 cannot allocate all claims.");
        snapshot.devices().keepClaims({"default/late", "default/other"}); // a list in which the claim is no more
        QCOMPARE(schedule(podWith({"late"}, "q"), snapshot).node, "n2");
    }

    void twoClaimsOfAPodGetDifferentDevices() {
        Snapshot snapshot = cluster();
        addClaim(snapshot, "a", asks());
        addClaim(snapshot, "b", asks());
        QCOMPARE(devicesOf(schedule(podWith({"a", "b"}), snapshot)), "n2 default/a: r=n2/small default/b: r=n2/large");
    }

    void theFirstAlternativeThatCanBeHadIsTaken() {
        Snapshot snapshot = cluster();
        addClaim(snapshot, "c",
                 R"({"requests":[{"name":"r","firstAvailable":[{"name":"many","deviceClassName":"gpu","count":3},)"
                 R"({"name":"all","deviceClassName":"gpu","allocationMode":"All"}]}]})");
        QCOMPARE(devicesOf(schedule(podWith({"c"}), snapshot)), "n2 default/c: r/all=n2/small r/all=n2/large");
    }

    void devicesOfAClaimMayHaveToBeAlike() {
        Snapshot snapshot = cluster();
        const std::string alike =
            R"({"constraints":[{"matchAttribute":"gpu.example.com/model"}],)" + asks(R"("count":2)").substr(1);
        addClaim(snapshot, "c", alike);
        QVERIFY(schedule(podWith({"c"}), snapshot).node.empty());
        addSlice(
            snapshot, "n1",
            R"({"name":"x","attributes":{"model":{"string":"a"}}},{"name":"y","attributes":{"model":{"string":"a"}}})");
        QCOMPARE(devicesOf(schedule(podWith({"c"}), snapshot)), "n1 default/c: r=n1/x r=n1/y");
    }

    void anIncompletePoolGivesNothing() {
        Snapshot snapshot = cluster();
        addSlice(snapshot, "n2", R"({"name":"new"})", 2, 2);
        addClaim(snapshot, "c", asks());
        QVERIFY(schedule(podWith({"c"}), snapshot).node.empty());
    }

    void aClaimWithDevicesBindsThePodToTheirNode() {
        Snapshot snapshot = cluster();
        addClaim(snapshot, "c", asks(),
                 R"({"allocation":{"devices":{},"nodeSelector":{"nodeSelectorTerms":[{"matchFields":)"
                 R"([{"key":"metadata.name","operator":"In","values":["n1"]}]}]}}})");
        QCOMPARE(devicesOf(schedule(podWith({"c"}), snapshot)), "n1 default/c:");
    }
};

QTEST_GUILESS_MAIN(DynamicResourcesTest)
#include "dynamic_resources_test.moc"
