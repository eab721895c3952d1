#include "cluster/controllers/volume_expand/volume_expand.h"

#include "cluster/api/quantity.h"
#include "cluster/api/types/core_v1.h"

namespace slipway::controllers {

using api::core_v1::PersistentVolume;
using api::core_v1::PersistentVolumeClaim;

namespace {

std::string storageAmount(const std::map<std::string, std::string>& amounts) {
    const auto found = amounts.find("storage");
    return found == amounts.end() ? "" : found->second;
}

std::string requested(const PersistentVolumeClaim& claim) {
    return claim.spec && claim.spec->resources ? storageAmount(claim.spec->resources->requests) : "";
}

class VolumeExpandController : public Reconciler {
public:
    explicit VolumeExpandController(const Context& context) : Reconciler(context) {
        caches_.of<PersistentVolume>();
        watch<PersistentVolumeClaim>([this](const auto& before, const auto& after) {
            if (after && (!before || requested(*before) != requested(*after)))
                enqueue(client::objectKey(after->metadata.namespace_, after->metadata.name));
        });
    }

private:
    client::Result<SyncResult> sync(const std::string& key) override {
        const auto claim = caches_.of<PersistentVolumeClaim>().getKey(key);
        if (!claim || !claim->spec || !claim->status || claim->status->phase != "Bound")
            return SyncResult{};
        const auto wanted = api::Quantity::parse(requested(*claim)),
                   present = api::Quantity::parse(storageAmount(claim->status->capacity));
        const auto volume = caches_.of<PersistentVolume>().getKey(claim->spec->volumeName);
        if (wanted && present && *wanted > *present && volume && volume->spec)
            events_.record(client::EventRecorder::referenceTo(*claim), volume->spec->csi ? "Normal" : "Warning",
                           "ExternalExpanding",
                           "didn't find a plugin capable of expanding the volume; waiting for an external controller "
                           "to process this PVC");
        return SyncResult{};
    }
};

} // namespace

std::unique_ptr<Reconciler> makeVolumeExpandController(const Context& context) {
    return std::make_unique<VolumeExpandController>(context);
}

} // namespace slipway::controllers
