#include "cluster/controllers/local_path/local_path.h"

#include "cluster/api/types/storage_v1.h"
#include "cluster/controllers/persistent_volume/volume_match.h"

#include <format>

namespace slipway::controllers {

using api::core_v1::Node;
using api::core_v1::PersistentVolume;
using api::core_v1::PersistentVolumeClaim;
using api::storage_v1::StorageClass;

namespace {

constexpr const char* volumesFolder = "/var/lib/slipway/volumes"; // on the node
constexpr const char* hostnameLabel = "kubernetes.io/hostname";
constexpr const char *claimPrefix = "claim ", *volumePrefix = "volume ";

/// The volume's pods run where its folder is.
api::core_v1::VolumeNodeAffinity affinityTo(const std::string& hostname) {
    api::core_v1::NodeSelectorRequirement requirement;
    requirement.key = hostnameLabel;
    requirement.operator_ = "In";
    requirement.values = {hostname};
    api::core_v1::NodeSelectorTerm term;
    term.matchExpressions = {requirement};
    api::core_v1::VolumeNodeAffinity affinity;
    affinity.required.emplace().nodeSelectorTerms = {term};
    return affinity;
}

PersistentVolume volumeFor(const PersistentVolumeClaim& claim, const StorageClass& storageClass,
                           const std::string& hostname) {
    PersistentVolume volume;
    volume.metadata.name = "pvc-" + claim.metadata.uid;
    volume.metadata.annotations[provisionedBy] = localPathProvisioner;
    auto& spec = volume.spec.emplace();
    if (claim.spec->resources)
        spec.capacity = claim.spec->resources->requests;
    spec.accessModes = claim.spec->accessModes;
    spec.volumeMode = "Filesystem";
    spec.persistentVolumeReclaimPolicy = storageClass.reclaimPolicy.empty() ? "Delete" : storageClass.reclaimPolicy;
    spec.storageClassName = storageClass.metadata.name;
    spec.mountOptions = storageClass.mountOptions;
    spec.local.emplace().path =
        std::format("{}/{}_{}_{}", volumesFolder, volume.metadata.name, claim.metadata.namespace_, claim.metadata.name);
    spec.nodeAffinity = affinityTo(hostname);
    auto& reference = spec.claimRef.emplace();
    reference.apiVersion = "v1";
    reference.kind = "PersistentVolumeClaim";
    reference.namespace_ = claim.metadata.namespace_;
    reference.name = claim.metadata.name;
    reference.uid = claim.metadata.uid;
    return volume;
}

class LocalPathProvisioner : public Reconciler {
public:
    explicit LocalPathProvisioner(const Context& context) : Reconciler(context) {
        caches_.of<StorageClass>();
        caches_.of<Node>();
        watch<PersistentVolumeClaim>([this](const auto&, const auto& after) {
            if (after && isOurs(after->metadata, storageProvisioner))
                enqueue(claimPrefix + client::objectKey(after->metadata.namespace_, after->metadata.name));
        });
        watch<PersistentVolume>([this](const auto&, const auto& after) {
            if (after && isOurs(after->metadata, provisionedBy))
                enqueue(volumePrefix + after->metadata.name);
        });
    }

private:
    static bool isOurs(const api::meta_v1::ObjectMeta& metadata, const char* annotation) {
        const auto found = metadata.annotations.find(annotation);
        return found != metadata.annotations.end() && found->second == localPathProvisioner;
    }

    client::Result<SyncResult> sync(const std::string& key) override {
        client::Result<void> done;
        if (key.starts_with(claimPrefix))
            done = provision(key.substr(std::string_view(claimPrefix).size()));
        else
            done = reclaim(key.substr(std::string_view(volumePrefix).size()));
        return done ? client::Result<SyncResult>(SyncResult{}) : std::unexpected(done.error());
    }

    client::Result<void> provision(const std::string& key) {
        const auto claim = caches_.of<PersistentVolumeClaim>().getKey(key);
        if (!claim || !claim->spec || !claim->spec->volumeName.empty() || !claim->metadata.deletionTimestamp.empty())
            return {};
        const auto storageClass = caches_.of<StorageClass>().get({}, classOf(*claim));
        if (!storageClass || storageClass->provisioner != localPathProvisioner)
            return {};
        const auto about = client::EventRecorder::referenceTo(*claim);
        if (claim->spec->volumeMode == "Block") {
            events_.record(about, "Warning", "ProvisioningFailed",
                           "a folder of a node cannot be used as a block device");
            return {};
        }
        const auto node = nodeFor(*claim, *storageClass);
        if (!node)
            return {};
        const auto label = node->metadata.labels.find(hostnameLabel);
        const auto volume = volumeFor(*claim, *storageClass,
                                      label == node->metadata.labels.end() ? node->metadata.name : label->second);
        if (caches_.of<PersistentVolume>().get({}, volume.metadata.name))
            return {};
        events_.record(about, "Normal", "Provisioning",
                       std::format("External provisioner is provisioning volume for claim \"{}\"", key));
        const auto created = client_->create({}, volume);
        if (!created && created.error().kind != client::Errc::alreadyExists) {
            events_.record(about, "Warning", "ProvisioningFailed",
                           std::format("failed to provision volume with StorageClass \"{}\": {}",
                                       storageClass->metadata.name, created.error().message));
            return std::unexpected(created.error());
        }
        events_.record(about, "Normal", "ProvisioningSucceeded",
                       std::format("Successfully provisioned volume {}", volume.metadata.name));
        return {};
    }

    /// The node the scheduler chose; any one for a class that does not wait.
    std::shared_ptr<const Node> nodeFor(const PersistentVolumeClaim& claim, const StorageClass& storageClass) const {
        const auto chosen = claim.metadata.annotations.find(selectedNode);
        if (chosen != claim.metadata.annotations.end())
            return caches_.of<Node>().get({}, chosen->second);
        const auto nodes = caches_.of<Node>().list();
        return storageClass.volumeBindingMode == "WaitForFirstConsumer" || nodes.empty() ? nullptr : nodes.front();
    }

    client::Result<void> reclaim(const std::string& name) {
        const auto volume = caches_.of<PersistentVolume>().get({}, name);
        if (!volume || !volume->spec || !volume->status || volume->status->phase != "Released" ||
            volume->spec->persistentVolumeReclaimPolicy != "Delete" || !volume->metadata.deletionTimestamp.empty())
            return {};
        client::DeleteOptions options;
        options.uid = volume->metadata.uid;
        return ignoreGone(client_->remove(client::resourceOf<PersistentVolume>(), {}, name, options));
    }
};

} // namespace

std::unique_ptr<Reconciler> makeLocalPathProvisioner(const Context& context) {
    return std::make_unique<LocalPathProvisioner>(context);
}

} // namespace slipway::controllers
