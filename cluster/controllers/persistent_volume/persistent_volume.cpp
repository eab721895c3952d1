#include "cluster/controllers/persistent_volume/persistent_volume.h"

#include "cluster/api/types/storage_v1.h"
#include "cluster/base/time.h"
#include "cluster/controllers/persistent_volume/volume_match.h"
#include "cluster/controllers/workload/object_edit.h"
#include "cluster/controllers/workload/pod_state.h"

#include <algorithm>
#include <format>

namespace slipway::controllers {

using api::JsonObject;
using api::core_v1::PersistentVolume;
using api::core_v1::PersistentVolumeClaim;
using api::core_v1::Pod;
using api::storage_v1::StorageClass;
using client::objectKey;
using client::resourceOf;

namespace {

constexpr const char *claimKey = "claim ", *volumeKey = "volume ";
constexpr const char* noProvisioner = "kubernetes.io/no-provisioner";

bool has(const api::meta_v1::ObjectMeta& metadata, const char* annotation) {
    return metadata.annotations.contains(annotation);
}

class PersistentVolumeBinder : public Reconciler {
public:
    /// One worker: two claims never take the same volume.
    explicit PersistentVolumeBinder(const Context& context) : Reconciler(context) {
        caches_.of<StorageClass>();
        caches_.of<Pod>().addIndex("claim", [](const Pod& pod, std::vector<std::string>& keys) {
            if (!pod.spec)
                return;
            for (const auto& volume : pod.spec->volumes) {
                if (volume.persistentVolumeClaim)
                    keys.push_back(objectKey(pod.metadata.namespace_, volume.persistentVolumeClaim->claimName));
                else if (volume.ephemeral)
                    keys.push_back(objectKey(pod.metadata.namespace_, pod.metadata.name + "-" + volume.name));
            }
        });
        watch<PersistentVolumeClaim>([this](const auto& before, const auto& after) {
            const PersistentVolumeClaim& claim = after ? *after : *before;
            enqueue(claimKey + objectKey(claim.metadata.namespace_, claim.metadata.name));
            if (claim.spec && !claim.spec->volumeName.empty())
                enqueue(volumeKey + claim.spec->volumeName);
        });
        watch<PersistentVolume>([this](const auto& before, const auto& after) {
            const PersistentVolume& volume = after ? *after : *before;
            enqueue(volumeKey + volume.metadata.name);
            if (volume.spec && volume.spec->claimRef)
                enqueue(claimKey + objectKey(volume.spec->claimRef->namespace_, volume.spec->claimRef->name));
            else if (after && volume.status && volume.status->phase == "Available")
                enqueueWaiting(classOf(volume));
        });
        watch<StorageClass>([this](const auto&, const auto& after) {
            if (after)
                enqueueWaiting(after->metadata.name);
        });
    }

private:
    /// A volume or a class has come: claims may have waited for it.
    void enqueueWaiting(const std::string& storageClass) {
        for (const ClaimPtr& claim : caches_.of<PersistentVolumeClaim>().list())
            if (claim->spec && claim->spec->volumeName.empty() && classOf(*claim) == storageClass)
                enqueue(claimKey + objectKey(claim->metadata.namespace_, claim->metadata.name));
    }

    client::Result<SyncResult> sync(const std::string& key) override {
        client::Result<void> done;
        if (key.starts_with(claimKey)) {
            const auto claim =
                caches_.of<PersistentVolumeClaim>().getKey(key.substr(std::string_view(claimKey).size()));
            if (claim && claim->spec)
                done = has(claim->metadata, bindCompleted) ? syncBound(*claim) : syncUnbound(*claim);
        } else {
            const auto volume = caches_.of<PersistentVolume>().getKey(key.substr(std::string_view(volumeKey).size()));
            if (volume && volume->spec)
                done = syncVolume(*volume);
        }
        return done ? client::Result<SyncResult>(SyncResult{}) : std::unexpected(done.error());
    }

    void tell(const PersistentVolumeClaim& claim, const char* type, const char* reason, const std::string& message) {
        events_.record(client::EventRecorder::referenceTo(claim), type, reason, message);
    }

    client::Result<void> syncUnbound(const PersistentVolumeClaim& claim) {
        if (!claim.metadata.deletionTimestamp.empty())
            return {};
        if (!claim.spec->volumeName.empty())
            return syncNamed(claim);
        const auto storageClass = caches_.of<StorageClass>().get({}, classOf(claim));
        const bool waits = storageClass && storageClass->volumeBindingMode == "WaitForFirstConsumer" &&
                           !has(claim.metadata, selectedNode);
        if (const auto volume = findMatch(claim, caches_.of<PersistentVolume>().list(), waits))
            return bind(claim, *volume);
        if (auto pending = setPhase(claim, "Pending"); !pending)
            return pending;
        if (waits)
            tellWaiting(claim);
        else if (!classOf(claim).empty())
            return provision(claim, storageClass.get());
        else
            tell(claim, "Normal", "FailedBinding",
                 "no persistent volumes available for this claim and no storage class is set");
        return {};
    }

    void tellWaiting(const PersistentVolumeClaim& claim) {
        for (const auto& pod : caches_.of<Pod>().by("claim", objectKey(claim.metadata.namespace_, claim.metadata.name)))
            if (pod->spec->nodeName.empty() && !isFinished(*pod))
                return tell(claim, "Normal", "WaitForPodScheduled",
                            std::format("waiting for pod {} to be scheduled", pod->metadata.name));
        tell(claim, "Normal", "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
    }

    /// The claim says itself which volume it wants.
    client::Result<void> syncNamed(const PersistentVolumeClaim& claim) {
        const auto volume = caches_.of<PersistentVolume>().get({}, claim.spec->volumeName);
        if (!volume || !volume->spec)
            return setPhase(claim, "Pending");
        if (!volume->spec->claimRef) {
            if (const std::string wrong = mismatch(*volume, claim); !wrong.empty()) {
                tell(claim, "Warning", "VolumeMismatch",
                     std::format("Cannot bind to requested volume \"{}\": {}", volume->metadata.name, wrong));
                return setPhase(claim, "Pending");
            }
            return bind(claim, *volume);
        }
        if (isReservedFor(*volume, claim))
            return bind(claim, *volume);
        tell(claim, "Warning", "FailedBinding",
             std::format("volume \"{}\" already bound to a different claim.", volume->metadata.name));
        return setPhase(claim, "Pending");
    }

    client::Result<void> syncBound(const PersistentVolumeClaim& claim) {
        if (claim.spec->volumeName.empty())
            return lose(claim, "ClaimLost",
                        "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!");
        const auto volume = caches_.of<PersistentVolume>().get({}, claim.spec->volumeName);
        if (!volume || !volume->spec) {
            const auto live = client_->get<PersistentVolume>({}, claim.spec->volumeName); // the cache may be behind
            if (live || live.error().kind != client::Errc::notFound)
                return {};
            return lose(claim, "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
        }
        if (!volume->spec->claimRef || isReservedFor(*volume, claim))
            return bind(claim, *volume);
        return lose(claim, "ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly");
    }

    client::Result<void> lose(const PersistentVolumeClaim& claim, const char* reason, const std::string& message) {
        if (claim.status && claim.status->phase == "Lost")
            return {};
        tell(claim, "Warning", reason, message);
        return setPhase(claim, "Lost");
    }

    client::Result<void> setPhase(const PersistentVolumeClaim& claim, const std::string& phase) {
        if (claim.status && claim.status->phase == phase)
            return {};
        return editObject(
            *client_, resourceOf<PersistentVolumeClaim>(), claim.metadata.namespace_, claim.metadata.name,
            claim.metadata.uid,
            [&](JsonObject& object) {
                JsonObject& status = api::objectAt(object, {"status"});
                status["phase"] = phase;
                if (phase != "Bound") {
                    status.erase("accessModes");
                    status.erase("capacity");
                }
            },
            "status");
    }

    /// Volume first, claim last: whatever is interrupted is finished by the next sync.
    client::Result<void> bind(const PersistentVolumeClaim& claim, const PersistentVolume& volume) {
        const auto& reference = volume.spec->claimRef;
        if (!reference || reference->uid != claim.metadata.uid)
            if (auto done = reserve(volume, claim); !done)
                return done;
        if (auto done = setPhase(volume, "Bound"); !done)
            return done;
        if (claim.spec->volumeName != volume.metadata.name || !has(claim.metadata, bindCompleted))
            if (auto done = assign(claim, volume); !done)
                return done;
        return tellBound(claim, volume);
    }

    client::Result<void> reserve(const PersistentVolume& volume, const PersistentVolumeClaim& claim) {
        return editObject(*client_, resourceOf<PersistentVolume>(), {}, volume.metadata.name, volume.metadata.uid,
                          [&](JsonObject& object) {
                              if (!volume.spec->claimRef)
                                  api::objectAt(object, {"metadata", "annotations"})[boundByController] = "yes";
                              api::objectAt(object, {"spec"})["claimRef"] =
                                  JsonObject{{"apiVersion", "v1"},
                                             {"kind", "PersistentVolumeClaim"},
                                             {"namespace", claim.metadata.namespace_},
                                             {"name", claim.metadata.name},
                                             {"uid", claim.metadata.uid},
                                             {"resourceVersion", claim.metadata.resourceVersion}};
                          });
    }

    client::Result<void> assign(const PersistentVolumeClaim& claim, const PersistentVolume& volume) {
        return editObject(*client_, resourceOf<PersistentVolumeClaim>(), claim.metadata.namespace_, claim.metadata.name,
                          claim.metadata.uid, [&](JsonObject& object) {
                              JsonObject& annotations = api::objectAt(object, {"metadata", "annotations"});
                              annotations[bindCompleted] = "yes";
                              if (claim.spec->volumeName.empty()) {
                                  annotations[boundByController] = "yes";
                                  api::objectAt(object, {"spec"})["volumeName"] = volume.metadata.name;
                              }
                          });
    }

    client::Result<void> tellBound(const PersistentVolumeClaim& claim, const PersistentVolume& volume) {
        const bool told = claim.status && claim.status->phase == "Bound" &&
                          claim.status->accessModes == volume.spec->accessModes && !claim.status->capacity.empty();
        if (told)
            return {};
        return editObject(
            *client_, resourceOf<PersistentVolumeClaim>(), claim.metadata.namespace_, claim.metadata.name,
            claim.metadata.uid,
            [&](JsonObject& object) {
                JsonObject& status = api::objectAt(object, {"status"});
                status["phase"] = "Bound";
                api::JsonArray modes;
                for (const std::string& mode : volume.spec->accessModes)
                    modes.emplace_back(mode);
                status["accessModes"] = std::move(modes);
                JsonObject capacity;
                for (const auto& [name, amount] : volume.spec->capacity)
                    capacity[name] = amount;
                status["capacity"] = std::move(capacity);
            },
            "status");
    }

    /// Names the class's provisioner on the claim, and leaves the rest to it.
    client::Result<void> provision(const PersistentVolumeClaim& claim, const StorageClass* storageClass) {
        if (storageClass == nullptr) {
            tell(claim, "Warning", "ProvisioningFailed",
                 std::format("storageclass.storage.k8s.io \"{}\" not found", classOf(claim)));
            return {};
        }
        if (storageClass->provisioner == noProvisioner) {
            tell(claim, "Normal", "FailedBinding",
                 "no persistent volumes available for this claim and no storage class is set");
            return {};
        }
        tell(
            claim, "Normal", "ExternalProvisioning",
            std::format("Waiting for a volume to be created either by the external provisioner '{}' or manually by the "
                        "system administrator. If volume creation is delayed, please verify that the provisioner is "
                        "running and correctly registered.",
                        storageClass->provisioner));
        return editObject(*client_, resourceOf<PersistentVolumeClaim>(), claim.metadata.namespace_, claim.metadata.name,
                          claim.metadata.uid, [&](JsonObject& object) {
                              JsonObject& annotations = api::objectAt(object, {"metadata", "annotations"});
                              annotations[storageProvisioner] = storageClass->provisioner;
                              annotations[storageProvisionerBeta] = storageClass->provisioner;
                          });
    }

    client::Result<void> setPhase(const PersistentVolume& volume, const std::string& phase,
                                  const std::string& message = {}) {
        if (volume.status && volume.status->phase == phase)
            return {};
        return editObject(
            *client_, resourceOf<PersistentVolume>(), {}, volume.metadata.name, volume.metadata.uid,
            [&](JsonObject& object) {
                JsonObject& status = api::objectAt(object, {"status"});
                status["phase"] = phase;
                status["lastPhaseTransitionTime"] = base::nowRfc3339();
                if (message.empty())
                    status.erase("message");
                else
                    status["message"] = message;
            },
            "status");
    }

    client::Result<void> syncVolume(const PersistentVolume& volume) {
        const auto& reference = volume.spec->claimRef;
        if (!reference || reference->uid.empty()) {
            if (reference)
                enqueue(claimKey + objectKey(reference->namespace_, reference->name));
            return setPhase(volume, "Available");
        }
        const auto claim = claimOf(volume);
        if (!claim)
            return std::unexpected(claim.error());
        if (!*claim)
            return release(volume);
        if ((*claim)->spec && (*claim)->spec->volumeName == volume.metadata.name)
            return setPhase(volume, "Bound");
        if ((*claim)->spec && (*claim)->spec->volumeName.empty()) {
            enqueue(claimKey + objectKey(reference->namespace_, reference->name));
            return {};
        }
        return abandon(volume); // the claim has another volume
    }

    /// The claim a volume is bound to; null when it is gone or another has its name.
    client::Result<ClaimPtr> claimOf(const PersistentVolume& volume) const {
        const auto& reference = *volume.spec->claimRef;
        auto claim = caches_.of<PersistentVolumeClaim>().get(reference.namespace_, reference.name);
        if (claim && claim->metadata.uid == reference.uid)
            return claim;
        const auto live = client_->get<PersistentVolumeClaim>(reference.namespace_, reference.name);
        if (live)
            return live->metadata.uid == reference.uid ? std::make_shared<const PersistentVolumeClaim>(*live)
                                                       : ClaimPtr();
        return live.error().kind == client::Errc::notFound ? client::Result<ClaimPtr>(nullptr)
                                                           : std::unexpected(live.error());
    }

    client::Result<void> release(const PersistentVolume& volume) {
        const std::string phase = volume.status ? volume.status->phase : "";
        if (phase != "Released" && phase != "Failed")
            if (auto done = setPhase(volume, "Released"); !done)
                return done;
        const std::string& policy = volume.spec->persistentVolumeReclaimPolicy;
        if (policy == "Recycle" && phase != "Failed") {
            events_.record(client::EventRecorder::referenceTo(volume), "Warning", "VolumeFailedRecycle",
                           "No recycler plugin found for the volume!");
            return setPhase(volume, "Failed", "No recycler plugin found for the volume!");
        }
        if (policy == "Delete" && !has(volume.metadata, provisionedBy) && phase != "Failed") {
            const std::string message = "error getting deleter volume plugin for volume \"" + volume.metadata.name +
                                        "\": no deletable volume plugin matched";
            events_.record(client::EventRecorder::referenceTo(volume), "Warning", "VolumeFailedDelete", message);
            return setPhase(volume, "Failed", message);
        }
        return {}; // what a provisioner made it takes away
    }

    client::Result<void> abandon(const PersistentVolume& volume) {
        if (has(volume.metadata, provisionedBy) && volume.spec->persistentVolumeReclaimPolicy == "Delete")
            return setPhase(volume, "Released");
        return editObject(*client_, resourceOf<PersistentVolume>(), {}, volume.metadata.name, volume.metadata.uid,
                          [&](JsonObject& object) {
                              JsonObject& spec = api::objectAt(object, {"spec"});
                              if (has(volume.metadata, boundByController)) {
                                  spec.erase("claimRef");
                                  api::objectAt(object, {"metadata", "annotations"}).erase(boundByController);
                              } else { // its maker's reservation stays
                                  JsonObject& reference = api::objectAt(object, {"spec", "claimRef"});
                                  reference.erase("uid");
                                  reference.erase("resourceVersion");
                              }
                          });
    }
};

} // namespace

std::unique_ptr<Reconciler> makePersistentVolumeBinder(const Context& context) {
    return std::make_unique<PersistentVolumeBinder>(context);
}

} // namespace slipway::controllers
