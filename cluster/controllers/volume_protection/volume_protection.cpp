#include "cluster/controllers/volume_protection/volume_protection.h"

#include "cluster/controllers/persistent_volume/volume_match.h"
#include "cluster/controllers/workload/object_edit.h"
#include "cluster/controllers/workload/pod_state.h"

#include <algorithm>

namespace slipway::controllers {

using api::JsonArray;
using api::JsonObject;
using api::core_v1::PersistentVolume;
using api::core_v1::PersistentVolumeClaim;
using api::core_v1::Pod;
using client::objectKey;

namespace {

/// Adds the finalizer to an object of the kind that lives and takes it from one that is being deleted and unused.
template <class T> class ProtectionController : public Reconciler {
public:
    ProtectionController(const Context& context, const char* finalizer) : Reconciler(context), finalizer_(finalizer) {
        watch<T>();
    }

protected:
    virtual client::Result<bool> inUse(const T& object) const = 0;

private:
    client::Result<SyncResult> sync(const std::string& key) override {
        const auto object = caches_.template of<T>().getKey(key);
        if (!object)
            return SyncResult{};
        const auto& finalizers = object->metadata.finalizers;
        const bool guarded = std::ranges::find(finalizers, finalizer_) != finalizers.end();
        const bool deleting = !object->metadata.deletionTimestamp.empty();
        if (deleting != guarded)
            return SyncResult{};
        if (deleting) {
            const auto used = inUse(*object);
            if (!used)
                return std::unexpected(used.error());
            if (*used)
                return SyncResult{};
        }
        const auto done = editObject(*client_, client::resourceOf<T>(), object->metadata.namespace_,
                                     object->metadata.name, object->metadata.uid, [&](JsonObject& json) {
                                         JsonArray list;
                                         for (const std::string& name : finalizers)
                                             if (name != finalizer_)
                                                 list.emplace_back(name);
                                         if (!deleting)
                                             list.emplace_back(finalizer_);
                                         api::objectAt(json, {"metadata"})["finalizers"] = std::move(list);
                                     });
        return done ? client::Result<SyncResult>(SyncResult{}) : std::unexpected(done.error());
    }

    const std::string finalizer_;
};

class ClaimProtectionController : public ProtectionController<PersistentVolumeClaim> {
public:
    explicit ClaimProtectionController(const Context& context)
        : ProtectionController(context, "kubernetes.io/pvc-protection") {
        watch<Pod>([this](const auto& before, const auto& after) {
            if (after && !isFinished(*after))
                return;
            const Pod& pod = after ? *after : *before;
            if (pod.spec)
                for (const auto& volume : pod.spec->volumes)
                    if (const std::string name = claimOf(pod, volume); !name.empty())
                        enqueue(objectKey(pod.metadata.namespace_, name));
        });
    }

private:
    static std::string claimOf(const Pod& pod, const api::core_v1::Volume& volume) {
        if (volume.persistentVolumeClaim)
            return volume.persistentVolumeClaim->claimName;
        return volume.ephemeral ? pod.metadata.name + "-" + volume.name : std::string();
    }

    static bool uses(const Pod& pod, const std::string& claim) {
        return pod.spec && !isFinished(pod) && std::ranges::any_of(pod.spec->volumes, [&](const auto& volume) {
                   return claimOf(pod, volume) == claim;
               });
    }

    /// The server is asked as well: a pod may have been made a moment ago.
    client::Result<bool> inUse(const PersistentVolumeClaim& claim) const override {
        for (const auto& pod : caches_.of<Pod>().by("claim", objectKey(claim.metadata.namespace_, claim.metadata.name)))
            if (uses(*pod, claim.metadata.name))
                return true;
        const auto live = client_->listAll(client::resourceOf<Pod>(), claim.metadata.namespace_);
        if (!live)
            return std::unexpected(live.error());
        for (const api::Json& item : live->items)
            if (const auto pod = api::fromJson<Pod>(item); pod && uses(*pod, claim.metadata.name))
                return true;
        return false;
    }
};

class VolumeProtectionController : public ProtectionController<PersistentVolume> {
public:
    explicit VolumeProtectionController(const Context& context)
        : ProtectionController(context, "kubernetes.io/pv-protection") {}

private:
    client::Result<bool> inUse(const PersistentVolume& volume) const override {
        return volume.status && volume.status->phase == "Bound";
    }
};

} // namespace

std::unique_ptr<Reconciler> makeClaimProtectionController(const Context& context) {
    return std::make_unique<ClaimProtectionController>(context);
}

std::unique_ptr<Reconciler> makeVolumeProtectionController(const Context& context) {
    return std::make_unique<VolumeProtectionController>(context);
}

} // namespace slipway::controllers
