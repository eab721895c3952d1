#include "cluster/controllers/endpoints.h"

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
        std::vector<PodPtr> pods;
        for (int i = 0; i < 250; ++i)
            pods.push_back(webPod("p" + std::to_string(i), std::format("10.244.{}.{}", i / 200, i % 200 + 2)));
        const auto slices = wantedSlices(service(), pods);
        QCOMPARE(slices.size(), std::size_t(3));
        QCOMPARE(slices[0].endpoints.size(), std::size_t(100));
        QCOMPARE(slices[2].endpoints.size(), std::size_t(50));
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
