#include "cluster/controllers/ephemeral_volume/ephemeral_volume.h"

#include "cluster/controllers/workload/owned_pods.h"

#include <algorithm>
#include <format>

namespace slipway::controllers {

using api::core_v1::PersistentVolumeClaim;
using api::core_v1::Pod;

namespace {

bool hasEphemeral(const Pod& pod) {
    return pod.spec && !isTerminating(pod) &&
           std::ranges::any_of(pod.spec->volumes, [](const auto& volume) { return volume.ephemeral.has_value(); });
}

class EphemeralVolumeController : public Reconciler {
public:
    explicit EphemeralVolumeController(const Context& context) : Reconciler(context, 2) {
        caches_.of<PersistentVolumeClaim>();
        watch<Pod>([this](const auto& before, const auto& after) {
            if (after && !before && hasEphemeral(*after))
                enqueue(client::objectKey(after->metadata.namespace_, after->metadata.name));
        });
        watch<PersistentVolumeClaim>([this](const auto& before, const auto& after) {
            if (!after)
                if (const auto* owner = controllerOf(before->metadata); owner != nullptr && owner->kind == "Pod")
                    enqueue(client::objectKey(before->metadata.namespace_, owner->name));
        });
    }

private:
    client::Result<SyncResult> sync(const std::string& key) override {
        const auto pod = caches_.of<Pod>().getKey(key);
        if (!pod || !hasEphemeral(*pod))
            return SyncResult{};
        for (const auto& volume : pod->spec->volumes)
            if (volume.ephemeral && volume.ephemeral->volumeClaimTemplate)
                if (auto made = bring(*pod, volume); !made)
                    return std::unexpected(made.error());
        return SyncResult{};
    }

    client::Result<void> bring(const Pod& pod, const api::core_v1::Volume& volume) {
        const std::string name = pod.metadata.name + "-" + volume.name;
        if (const auto present = caches_.of<PersistentVolumeClaim>().get(pod.metadata.namespace_, name)) {
            const auto* owner = controllerOf(present->metadata);
            if (owner != nullptr && owner->uid == pod.metadata.uid)
                return {};
            return std::unexpected(client::Error{
                client::Errc::conflict,
                0,
                "",
                std::format("PVC \"{}\" (uid: \"{}\") was not created for pod \"{}\" (uid: \"{}\"), pod is not owner",
                            name, present->metadata.uid, pod.metadata.name, pod.metadata.uid),
                {}});
        }
        PersistentVolumeClaim claim;
        const auto& wanted = *volume.ephemeral->volumeClaimTemplate;
        claim.metadata.name = name;
        claim.metadata.namespace_ = pod.metadata.namespace_;
        claim.metadata.labels = wanted.metadata.labels;
        claim.metadata.annotations = wanted.metadata.annotations;
        claim.metadata.ownerReferences = {makeControllerReference("v1", "Pod", pod.metadata)};
        claim.spec = wanted.spec;
        const auto made = client_->create(pod.metadata.namespace_, claim);
        if (made || made.error().kind == client::Errc::alreadyExists || isNamespaceEnding(made.error()))
            return {};
        events_.record(client::EventRecorder::referenceTo(pod), "Warning", "EphemeralVolumeCreateFailed",
                       std::format("ephemeral volume creation failed: {}", made.error().message));
        return std::unexpected(made.error());
    }
};

} // namespace

std::unique_ptr<Reconciler> makeEphemeralVolumeController(const Context& context) {
    return std::make_unique<EphemeralVolumeController>(context);
}

} // namespace slipway::controllers
