#include "cluster/api/types/core_v1.h"
#include "cluster/api/types/resource_v1.h"
#include "tests/integration/server/server_process.h"

using namespace slipway;
using api::JsonObject;
using api::core_v1::Node;
using api::core_v1::Pod;
using api::resource_v1::DeviceClass;
using api::resource_v1::ResourceClaim;
using api::resource_v1::ResourceClaimTemplate;
using api::resource_v1::ResourceSlice;
using client::resourceOf;

/// Devices that pods ask for by a template, from the claim that is made to the device that is free again.
class DeviceClaimsTest : public QObject {
    Q_OBJECT

    test::ServerProcess server_;
    std::shared_ptr<const client::Client> client_;

    template <class T> void make(const std::string& ns, const std::string& text) {
        JsonObject object = api::parseJson(text).value().as_object();
        object["apiVersion"] = resourceOf<T>().apiVersion();
        object["kind"] = resourceOf<T>().kind;
        const auto made = client_->create(resourceOf<T>(), ns, object);
        QVERIFY2(made, made ? "" : made.error().message.c_str());
    }

    void makePod(const std::string& name) {
        make<Pod>("default", std::format(R"({{"metadata":{{"name":"{}"}},"spec":{{"terminationGracePeriodSeconds":0,)"
                                         R"("tolerations":[{{"operator":"Exists"}}],)"
                                         R"("resourceClaims":[{{"name":"gpu","resourceClaimTemplateName":"one"}}],)"
                                         R"("containers":[{{"name":"c","image":"x"}}]}}}})",
                                         name));
    }

    std::string nodeOf(const std::string& pod) const {
        const auto found = client_->get<Pod>("default", pod);
        return found ? found->spec->nodeName : std::string();
    }

    std::vector<ResourceClaim> claims() const {
        std::vector<ResourceClaim> found;
        if (const auto list = client_->listAll(resourceOf<ResourceClaim>(), "default"))
            for (const api::Json& item : list->items)
                found.push_back(api::fromJson<ResourceClaim>(item).value());
        return found;
    }

    void remove(const std::string& pod) {
        client::DeleteOptions now;
        now.gracePeriodSeconds = 0;
        QVERIFY(client_->remove(resourceOf<Pod>(), "default", pod, now));
    }

private slots:
    void initTestCase() {
        server_.start();
        client_ = server_.admin();
        QVERIFY(client_);
        make<Node>("", R"({"metadata":{"name":"n1"},"status":{"capacity":{"cpu":"4","memory":"8Gi","pods":"20"}}})");
        make<DeviceClass>(
            "",
            R"({"metadata":{"name":"gpu"},"spec":{"selectors":[{"cel":{"expression":"device.driver == 'e.com'"}}]}})");
        make<ResourceSlice>(
            "",
            R"({"metadata":{"name":"n1-e"},"spec":{"driver":"e.com","nodeName":"n1","pool":{"name":"n1","generation":1,"resourceSliceCount":1},"devices":[{"name":"d"}]}})");
        make<ResourceClaimTemplate>(
            "default",
            R"({"metadata":{"name":"one"},"spec":{"metadata":{"labels":{"a":"b"}},"spec":{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"gpu"}}]}}}})");
    }

    void aPodGetsTheDeviceAndTheNextWaitsForIt() {
        makePod("first");
        QTRY_COMPARE_WITH_TIMEOUT(nodeOf("first"), "n1", 30'000);
        const auto made = claims();
        QCOMPARE(made.size(), std::size_t(1));
        const ResourceClaim& claim = made.front();
        QVERIFY(claim.metadata.name.starts_with("first-gpu-"));
        QCOMPARE(claim.metadata.labels.at("a"), "b");
        QCOMPARE(claim.metadata.annotations.at("resource.kubernetes.io/pod-claim-name"), "gpu");
        QCOMPARE(claim.metadata.finalizers, std::vector<std::string>{"resource.kubernetes.io/delete-protection"});
        QCOMPARE(claim.status->allocation->devices->results.front().device, "d");
        QCOMPARE(claim.status->reservedFor.front().name, "first");
        QCOMPARE(client_->get<Pod>("default", "first")->status->resourceClaimStatuses.front().resourceClaimName,
                 claim.metadata.name);

        makePod("second");
        const auto waits = [&] {
            const auto pod = client_->get<Pod>("default", "second");
            if (pod && pod->status)
                for (const auto& condition : pod->status->conditions)
                    if (condition.message.contains("1 cannot allocate all claims"))
                        return true;
            return false;
        };
        QTRY_VERIFY_WITH_TIMEOUT(waits(), 30'000);
        remove("first");
        QTRY_COMPARE_WITH_TIMEOUT(nodeOf("second"), "n1", 30'000);
        remove("second");
        QTRY_VERIFY_WITH_TIMEOUT(claims().empty(), 30'000);
    }
};

QTEST_GUILESS_MAIN(DeviceClaimsTest)
#include "device_claims_test.moc"
