#include "cluster/api/types/core_v1.h"
#include "cluster/api/types/resource_v1.h"
#include "cluster/api/types/storage_v1.h"
#include "tests/integration/server/server_process.h"

#include <algorithm>

using namespace slipway;
using api::JsonObject;
using api::core_v1::Event;
using api::core_v1::Node;
using api::core_v1::PersistentVolume;
using api::core_v1::PersistentVolumeClaim;
using api::core_v1::Pod;
using api::resource_v1::DeviceClass;
using api::resource_v1::ResourceClaim;
using api::resource_v1::ResourceClaimTemplate;
using api::resource_v1::ResourceSlice;
using api::storage_v1::StorageClass;
using api::storage_v1::VolumeAttachment;
using client::PatchKind;
using client::resourceOf;

/// What drivers of volumes and devices count on, in a real server process: this test plays the drivers.
class ServerDevicesTest : public QObject {
    Q_OBJECT

    test::ServerProcess server_;
    std::shared_ptr<const client::Client> client_;

    template <class T> void make(const std::string& ns, const char* text) {
        const auto made = client_->create(resourceOf<T>(), ns, api::parseJson(text).value().get_object());
        QVERIFY2(made, made ? "" : made.error().message.c_str());
    }

    template <class T>
    void patch(const std::string& ns, const std::string& name, const char* text, const char* subresource = "status") {
        client::PatchOptions options;
        options.subresource = subresource;
        const auto done =
            client_->patch(resourceOf<T>(), ns, name, PatchKind::merge, api::parseJson(text).value(), options);
        QVERIFY2(done, done ? "" : done.error().message.c_str());
    }

    template <class T> std::vector<T> all(const std::string& ns) const {
        std::vector<T> objects;
        if (auto list = client_->listAll(resourceOf<T>(), ns))
            for (const api::Json& item : list->items)
                objects.push_back(api::fromJson<T>(item).value());
        return objects;
    }

    bool told(const std::string& name, const std::string& reason) const {
        return std::ranges::any_of(all<Event>("default"), [&](const Event& event) {
            return event.involvedObject.name == name && event.reason == reason;
        });
    }

    void endNow(const std::string& pod) {
        client::DeleteOptions now;
        now.gracePeriodSeconds = 0;
        QVERIFY(client_->remove(resourceOf<Pod>(), "default", pod, now));
    }

    /// The only attachment there is.
    std::optional<VolumeAttachment> attachment() const {
        auto present = all<VolumeAttachment>("");
        return present.size() == 1 ? std::optional(present.front()) : std::nullopt;
    }

    bool isAttachedTo(const std::string& node) const {
        const auto present = attachment();
        return present && present->spec.nodeName == node;
    }

    /// What the node's status says is attached to it; a new node has no status.
    std::vector<std::string> attachedTo(const std::string& name) const {
        std::vector<std::string> names;
        if (const auto node = client_->get<Node>("", name); node && node->status)
            for (const auto& volume : node->status->volumesAttached)
                names.push_back(volume.name);
        return names;
    }

    std::vector<ResourceClaim> claims() const { return all<ResourceClaim>("default"); }

private slots:
    void initTestCase() {
        server_.start();
        client_ = server_.admin();
        QVERIFY(client_);
        for (const char* name : {"n1", "n2"})
            QVERIFY(client_->create(
                resourceOf<Node>(), "",
                JsonObject{{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", JsonObject{{"name", name}}}}));
        make<StorageClass>("", R"({"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{"name":"disks"},
            "provisioner":"disks.example.com","allowVolumeExpansion":true})");
        make<PersistentVolume>("", R"({"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"disk"},"spec":{
            "capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"storageClassName":"disks",
            "csi":{"driver":"disks.example.com","volumeHandle":"d-1"}}})");
        make<PersistentVolumeClaim>("default", R"({"apiVersion":"v1","kind":"PersistentVolumeClaim",
            "metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"disks",
            "resources":{"requests":{"storage":"1Gi"}}}})");
        const auto phase = [&] {
            const auto claim = client_->get<PersistentVolumeClaim>("default", "data");
            return claim && claim->status ? claim->status->phase : std::string();
        };
        QTRY_COMPARE(phase(), "Bound");
    }

    void aVolumeIsAttachedWhereItsPodIs() {
        make<Pod>("default", R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"first"},"spec":{"nodeName":"n1",
            "volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"data"}}],
            "containers":[{"name":"c","image":"x"}]}})");
        QTRY_VERIFY(isAttachedTo("n1"));
        const auto made = attachment();
        QCOMPARE(made->spec.attacher, "disks.example.com");
        QCOMPARE(made->spec.source.persistentVolumeName, "disk");
        // sha256 of handle, driver and node
        QCOMPARE(made->metadata.name, "csi-6ac322124f11ea12d05266c5b1c52380"
                                      "c91b630898b9c96605b917be102fefe6");
        patch<VolumeAttachment>("", made->metadata.name, R"({"status":{"attached":true}})");
        QTRY_COMPARE(attachedTo("n1"), std::vector<std::string>{"kubernetes.io/csi/disks.example.com^d-1"});
        QTRY_VERIFY(told("first", "SuccessfulAttachVolume"));
    }

    void aVolumeForOneNodeIsNotTornFromIt() {
        patch<Node>("", "n1", R"({"status":{"volumesInUse":["kubernetes.io/csi/disks.example.com^d-1"]}})");
        make<Pod>("default", R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"second"},"spec":{"nodeName":"n2",
            "volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"data"}}],
            "containers":[{"name":"c","image":"x"}]}})");
        QTRY_VERIFY(told("second", "FailedAttachVolume"));
        endNow("first");
        QVERIFY(isAttachedTo("n1"));
        patch<Node>("", "n1", R"({"status":{"volumesInUse":[]}})"); // unmounted
        QTRY_VERIFY(isAttachedTo("n2"));
        QVERIFY(attachedTo("n1").empty());
    }

    void aVolumeIsDetachedWhenNobodyUsesIt() {
        endNow("second");
        QTRY_VERIFY(all<VolumeAttachment>("").empty());
    }

    void aClaimThatGrowsWaitsForItsDriver() {
        patch<PersistentVolumeClaim>("default", "data", R"({"spec":{"resources":{"requests":{"storage":"2Gi"}}}})", "");
        QTRY_VERIFY(told("data", "ExternalExpanding"));
    }

    void aPodGetsClaimsFromTemplates() {
        make<ResourceClaimTemplate>("default", R"({"apiVersion":"resource.k8s.io/v1","kind":"ResourceClaimTemplate",
            "metadata":{"name":"one-gpu"},"spec":{"metadata":{"labels":{"made":"so"}},"spec":{"devices":{"requests":[
            {"name":"gpu","exactly":{"deviceClassName":"gpus"}}]}}}})");
        make<Pod>("default", R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"trainer"},"spec":{
            "resourceClaims":[{"name":"g","resourceClaimTemplateName":"one-gpu"}],
            "containers":[{"name":"c","image":"x","resources":{"claims":[{"name":"g"}]}}]}})");
        const auto made = [&] {
            const auto pod = client_->get<Pod>("default", "trainer");
            return pod && pod->status ? pod->status->resourceClaimStatuses.size() : 0;
        };
        QTRY_COMPARE(made(), std::size_t(1));
        const auto status = client_->get<Pod>("default", "trainer")->status->resourceClaimStatuses[0];
        QCOMPARE(status.name, "g");
        const auto claim = client_->get<ResourceClaim>("default", status.resourceClaimName);
        QVERIFY(claim);
        QVERIFY(claim->metadata.name.starts_with("trainer-g-"));
        QCOMPARE(claim->metadata.annotations.at("resource.kubernetes.io/pod-claim-name"), "g");
        QCOMPARE(claim->metadata.labels.at("made"), "so");
        QCOMPARE(claim->metadata.ownerReferences.at(0).name, "trainer");
        QCOMPARE(claims().size(), std::size_t(1));
    }

    void aClaimIsFreedAndGoesWhenItsPodHasEnded() {
        const auto pod = client_->get<Pod>("default", "trainer");
        const std::string name = claims().at(0).metadata.name;
        patch<ResourceClaim>("default", name,
                             R"({"metadata":{"finalizers":["resource.kubernetes.io/delete-protection"]}})", "");
        patch<ResourceClaim>(
            "default", name,
            std::format(
                R"({{"status":{{"allocation":{{"devices":{{"results":[{{"request":"gpu","driver":"d.example.com",
                "pool":"p","device":"g0"}}]}}}},"reservedFor":[{{"resource":"pods","name":"trainer","uid":"{}"}}]}}}})",
                pod->metadata.uid)
                .c_str());
        patch<Pod>("default", "trainer", R"({"status":{"phase":"Succeeded"}})");
        QTRY_VERIFY(claims().empty());
    }

    void aClaimOfItsOwnIsFreedAndStays() {
        make<ResourceClaim>("default", R"({"apiVersion":"resource.k8s.io/v1","kind":"ResourceClaim","metadata":{
            "name":"own","finalizers":["resource.kubernetes.io/delete-protection"]},"spec":{"devices":{"requests":[
            {"name":"gpu","exactly":{"deviceClassName":"gpus"}}]}}})");
        // Its scheduler has protected it, and goes on to allocate.
        patch<ResourceClaim>("default", "own", R"({"status":{"allocation":{"devices":{"results":[{"request":"gpu",
            "driver":"d.example.com","pool":"p","device":"g0"}]}},"reservedFor":[{"resource":"pods","name":"gone",
            "uid":"nobody"}]}})");
        QTRY_VERIFY(client_->get<ResourceClaim>("default", "own")->metadata.finalizers.empty());
        const auto freed = client_->get<ResourceClaim>("default", "own");
        QVERIFY(!freed->status || (!freed->status->allocation && freed->status->reservedFor.empty()));
    }
};

QTEST_MAIN(ServerDevicesTest)
#include "server_devices_test.moc"
