#include "cluster/controllers/endpoint_slice_mirroring/endpoint_slice_mirroring.h"
#include "cluster/controllers/endpoints/endpoints.h"

#include "tests/unit/controllers/objects.h"

#include <QtTest>

using namespace slipway;
using namespace slipway::controllers;
using namespace slipway::controllers::test;
using api::core_v1::Service;

namespace {

Service service(const std::string& spec = "") {
    return fromText<Service>(
        R"({"metadata":{"name":"web","namespace":"default","uid":"s","labels":{"team":"a"}},"spec":{"clusterIP":"10.96.0.9",)"
        R"("selector":{"app":"web"},"ports":[{"name":"http","port":80,"targetPort":"web","protocol":"TCP"}])" +
        spec + "}}");
}

PodPtr webPod(const std::string& name, const std::string& ip, PodShape shape = {}, int port = 8080) {
    shape.name = name;
    shape.ip = ip;
    shape.spec =
        std::format(R"("containers":[{{"name":"c","ports":[{{"name":"web","containerPort":{},"protocol":"TCP"}}]}}])",
                    port) +
        (shape.spec.starts_with(",") ? shape.spec : "");
    return pod(shape);
}

SlicePlan plan(const Service& service, const std::vector<PodPtr>& pods, const std::vector<SlicePtr>& present = {}) {
    const ZoneOf zoneOf = [](const std::string& node) { return node == "n1" ? "east" : ""; };
    return planSlices(sliceOf(service), endpointGroups(service, pods, zoneOf), present, 100);
}

std::vector<api::discovery_v1::EndpointSlice> wantedSlices(const Service& service, const std::vector<PodPtr>& pods) {
    return plan(service, pods).create;
}

/// Slices as they are once they were written.
std::vector<SlicePtr> written(std::vector<api::discovery_v1::EndpointSlice> slices) {
    std::vector<SlicePtr> shared;
    for (auto& slice : slices) {
        slice.metadata.name = "web-" + std::to_string(shared.size());
        shared.push_back(std::make_shared<const api::discovery_v1::EndpointSlice>(std::move(slice)));
    }
    return shared;
}

std::vector<PodPtr> manyPods(int count) {
    std::vector<PodPtr> pods;
    for (int i = 0; i < count; ++i)
        pods.push_back(webPod("p" + std::to_string(i), std::format("10.244.{}.{}", i / 200, i % 200 + 2)));
    return pods;
}

} // namespace

class EndpointsTest : public QObject {
    Q_OBJECT

private slots:
    void aServiceWithoutPodsHasOneEmptySlice() {
        const auto slices = wantedSlices(service(), {});
        QCOMPARE(slices.size(), std::size_t(1));
        QVERIFY(slices[0].endpoints.empty());
        QVERIFY(wantedEndpoints(service(), {}).subsets.empty());
    }

    void aSliceSaysWhoseItIs() {
        const auto slice = wantedSlices(service(), {webPod("a", "10.244.0.5")}).at(0);
        QCOMPARE(slice.metadata.labels.at("kubernetes.io/service-name"), "web");
        QCOMPARE(slice.metadata.labels.at("endpointslice.kubernetes.io/managed-by"), "endpointslice-controller.k8s.io");
        QCOMPARE(slice.metadata.labels.at("team"), "a");
        QCOMPARE(slice.metadata.generateName, "web-");
        QCOMPARE(slice.metadata.ownerReferences.at(0).kind, "Service");
        QCOMPARE(slice.addressType, "IPv4");
    }

    void anEndpointSaysWhereItIs() {
        const auto slice = wantedSlices(service(), {webPod("a", "10.244.0.5")}).at(0);
        QCOMPARE(slice.ports.at(0).port.value_or(0), 8080); // the name was resolved in the pod
        QCOMPARE(slice.ports.at(0).name, "http");
        const auto& endpoint = slice.endpoints.at(0);
        QCOMPARE(endpoint.addresses.at(0), "10.244.0.5");
        QCOMPARE(endpoint.nodeName, "n1");
        QCOMPARE(endpoint.targetRef->name, "a");
        QVERIFY(*endpoint.conditions->ready);
        QVERIFY(!*endpoint.conditions->terminating);
    }

    void readinessIsTold() {
        const auto slice = wantedSlices(service(), {webPod("a", "10.244.0.5", {.ready = false}),
                                                    webPod("b", "10.244.0.6", {.terminating = true})})
                               .at(0);
        QVERIFY(!*slice.endpoints.at(0).conditions->ready);
        QVERIFY(!*slice.endpoints.at(1).conditions->ready);
        QVERIFY(*slice.endpoints.at(1).conditions->serving);
        QVERIFY(*slice.endpoints.at(1).conditions->terminating);
        const auto endpoints = wantedEndpoints(service(), {webPod("a", "10.244.0.5", {.ready = false})});
        QCOMPARE(endpoints.subsets.at(0).notReadyAddresses.size(), std::size_t(1));
        QVERIFY(endpoints.subsets.at(0).addresses.empty());
    }

    void notReadyAddressesMayBePublished() {
        const Service open = service(R"(,"publishNotReadyAddresses":true)");
        QVERIFY(
            *wantedSlices(open, {webPod("a", "10.244.0.5", {.ready = false})}).at(0).endpoints.at(0).conditions->ready);
        QCOMPARE(wantedEndpoints(open, {webPod("a", "10.244.0.5", {.ready = false})}).subsets.at(0).addresses.size(),
                 std::size_t(1));
    }

    void podsWithoutAddressOrAtTheirEndAreLeftOut() {
        const std::vector<PodPtr> pods{webPod("a", ""), webPod("b", "10.244.0.6", {.phase = "Succeeded"}),
                                       webPod("c", "10.244.0.7", {.phase = "Failed"})};
        QVERIFY(wantedSlices(service(), pods).at(0).endpoints.empty());
        QVERIFY(wantedEndpoints(service(), pods).subsets.empty());
    }

    void podsWithOtherPortsGetTheirOwnSlice() {
        const auto slices = wantedSlices(service(), {webPod("a", "10.244.0.5"), webPod("b", "10.244.0.6", {}, 9090)});
        QCOMPARE(slices.size(), std::size_t(2));
        QCOMPARE(slices[1].ports.at(0).port.value_or(0), 9090);
    }

    void aSliceHoldsAHundred() {
        const auto slices = wantedSlices(service(), manyPods(250));
        QCOMPARE(slices.size(), std::size_t(3));
        QCOMPARE(slices[0].endpoints.size(), std::size_t(100));
        QCOMPARE(slices[2].endpoints.size(), std::size_t(50));
    }

    void whatIsThereIsNotWrittenAgain() {
        const auto pods = manyPods(150);
        const auto present = written(wantedSlices(service(), pods));
        const SlicePlan again = plan(service(), pods, present);
        QVERIFY(again.create.empty() && again.update.empty() && again.remove.empty());
    }

    void aLostPodChangesItsSliceAlone() {
        auto pods = manyPods(250);
        const auto present = written(wantedSlices(service(), pods));
        pods.erase(pods.begin() + 10);
        const SlicePlan change = plan(service(), pods, present);
        QVERIFY(change.create.empty() && change.remove.empty());
        QCOMPARE(change.update.size(), std::size_t(1));
        QCOMPARE(change.update[0].endpoints.size(), std::size_t(99));
    }

    void aNewPodFillsASliceWithRoom() {
        const auto present = written(wantedSlices(service(), manyPods(150)));
        const SlicePlan change = plan(service(), manyPods(160), present);
        QVERIFY(change.create.empty() && change.remove.empty());
        QCOMPARE(change.update.size(), std::size_t(1));
        QCOMPARE(change.update[0].endpoints.size(), std::size_t(60));
    }

    void theEmptySliceIsUsedUp() {
        const auto present = written(wantedSlices(service(), {}));
        QVERIFY(plan(service(), {}, present).create.empty());
        const SlicePlan change = plan(service(), manyPods(1), present);
        QCOMPARE(change.create.size() + change.update.size(), std::size_t(1));
        QCOMPARE(change.remove.size(), std::size_t(1));
    }

    void onePortNumberMayHaveTwoProtocols() {
        Service dns = service();
        dns.spec->ports.clear();
        for (const char* protocol : {"UDP", "TCP"}) {
            auto& port = dns.spec->ports.emplace_back();
            port.name = protocol;
            port.port = 53;
            port.protocol = protocol;
        }
        const auto slice = wantedSlices(dns, manyPods(1)).at(0);
        QCOMPARE(slice.ports.size(), std::size_t(2));
        QCOMPARE(wantedEndpoints(dns, manyPods(1)).subsets.at(0).ports.size(), std::size_t(2));
    }

    void trafficMayStayNear() {
        Service near = service(R"(,"trafficDistribution":"PreferSameNode")");
        const auto endpoint = wantedSlices(near, manyPods(1)).at(0).endpoints.at(0);
        QCOMPARE(endpoint.zone, "east");
        QCOMPARE(endpoint.hints->forZones.at(0).name, "east");
        QCOMPARE(endpoint.hints->forNodes.at(0).name, "n1");
        QVERIFY(!wantedSlices(service(), manyPods(1)).at(0).endpoints.at(0).hints);
    }

    void endpointsWrittenByHandBecomeSlices() {
        const auto endpoints = fromText<api::core_v1::Endpoints>(
            R"({"metadata":{"name":"db","namespace":"default"},"subsets":[{"addresses":[{"ip":"192.0.2.1"},{"ip":"2001:db8::1"}],
                "notReadyAddresses":[{"ip":"192.0.2.2"}],"ports":[{"port":5432}]}]})");
        const auto groups = mirroredGroups(endpoints);
        QCOMPARE(groups.size(), std::size_t(2));
        QCOMPARE(groups[0].endpoints.size(), std::size_t(2));
        QVERIFY(*groups[0].endpoints[0].conditions->ready && !*groups[0].endpoints[1].conditions->ready);
        QCOMPARE(groups[1].addressType, "IPv6");
    }

    void aHeadlessServiceNamesItsPods() {
        Service headless = service();
        headless.spec->clusterIP = "None";
        const auto slice =
            wantedSlices(headless, {webPod("a", "10.244.0.5", {.spec = R"(,"hostname":"a-0","subdomain":"web")"})})
                .at(0);
        QVERIFY(slice.metadata.labels.contains("service.kubernetes.io/headless"));
        QCOMPARE(slice.endpoints.at(0).hostname, "a-0");
    }
};

QTEST_GUILESS_MAIN(EndpointsTest)
#include "endpoints_test.moc"
