#include "cluster/controllers/persistent_volume/volume_match.h"

#include "cluster/api/quantity.h"
#include "cluster/api/selectors.h"

#include <algorithm>

namespace slipway::controllers {

using api::Quantity;
using api::core_v1::PersistentVolume;
using api::core_v1::PersistentVolumeClaim;

namespace {

constexpr const char* classAnnotation = "volume.beta.kubernetes.io/storage-class";

/// A name that may be absent.
template <class Name> std::string text(const Name& name) {
    if constexpr (requires { name.value_or(""); })
        return name.value_or("");
    else
        return name;
}

Quantity storageIn(const std::map<std::string, std::string>& amounts) {
    const auto found = amounts.find("storage");
    return found == amounts.end() ? Quantity() : Quantity::parse(found->second).value_or(Quantity());
}

Quantity asked(const PersistentVolumeClaim& claim) {
    return claim.spec->resources ? storageIn(claim.spec->resources->requests) : Quantity();
}

std::string modeOf(const std::string& mode) {
    return mode.empty() ? "Filesystem" : mode;
}

bool allows(const PersistentVolume& volume, const PersistentVolumeClaim& claim) {
    return std::ranges::all_of(claim.spec->accessModes, [&](const std::string& mode) {
        return std::ranges::find(volume.spec->accessModes, mode) != volume.spec->accessModes.end();
    });
}

bool suits(const PersistentVolume& volume, const PersistentVolumeClaim& claim) {
    return volume.status && volume.status->phase == "Available" && mismatch(volume, claim).empty() &&
           (!claim.spec->selector || api::matches(*claim.spec->selector, volume.metadata.labels));
}

} // namespace

std::string classOf(const PersistentVolumeClaim& claim) {
    if (const auto found = claim.metadata.annotations.find(classAnnotation); found != claim.metadata.annotations.end())
        return found->second;
    return claim.spec ? text(claim.spec->storageClassName) : "";
}

std::string classOf(const PersistentVolume& volume) {
    if (const auto found = volume.metadata.annotations.find(classAnnotation);
        found != volume.metadata.annotations.end())
        return found->second;
    return volume.spec ? text(volume.spec->storageClassName) : "";
}

bool isReservedFor(const PersistentVolume& volume, const PersistentVolumeClaim& claim) {
    const auto& reference = volume.spec->claimRef;
    return reference && reference->namespace_ == claim.metadata.namespace_ && reference->name == claim.metadata.name &&
           (reference->uid.empty() || reference->uid == claim.metadata.uid);
}

std::string mismatch(const PersistentVolume& volume, const PersistentVolumeClaim& claim) {
    if (storageIn(volume.spec->capacity) < asked(claim))
        return "requested PV is too small";
    if (modeOf(volume.spec->volumeMode) != modeOf(claim.spec->volumeMode))
        return "incompatible volumeMode";
    if (classOf(volume) != classOf(claim))
        return "storageClassName does not match";
    if (!allows(volume, claim))
        return "incompatible accessMode";
    return {};
}

VolumePtr findMatch(const PersistentVolumeClaim& claim, const std::vector<VolumePtr>& volumes, bool waits) {
    VolumePtr best;
    for (const VolumePtr& volume : volumes) {
        if (!volume->spec || !volume->metadata.deletionTimestamp.empty())
            continue;
        if (isReservedFor(*volume, claim)) {
            if (storageIn(volume->spec->capacity) >= asked(claim) &&
                modeOf(volume->spec->volumeMode) == modeOf(claim.spec->volumeMode))
                return volume;
            continue;
        }
        if (waits || volume->spec->claimRef || !suits(*volume, claim))
            continue;
        if (!best || storageIn(volume->spec->capacity) < storageIn(best->spec->capacity))
            best = volume;
    }
    return best;
}

} // namespace slipway::controllers
