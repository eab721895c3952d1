#pragma once

#include "cluster/api/types/core_v1.h"

#include <memory>
#include <string>
#include <vector>

/// Which volume suits which claim, as plain functions.
namespace slipway::controllers {

using VolumePtr = std::shared_ptr<const api::core_v1::PersistentVolume>;
using ClaimPtr = std::shared_ptr<const api::core_v1::PersistentVolumeClaim>;

inline constexpr const char *bindCompleted = "pv.kubernetes.io/bind-completed",
                            *boundByController = "pv.kubernetes.io/bound-by-controller",
                            *provisionedBy = "pv.kubernetes.io/provisioned-by",
                            *selectedNode = "volume.kubernetes.io/selected-node",
                            *storageProvisioner = "volume.kubernetes.io/storage-provisioner",
                            *storageProvisionerBeta = "volume.beta.kubernetes.io/storage-provisioner";

/// The class a claim asks for, by its field or its old annotation; empty: none.
std::string classOf(const api::core_v1::PersistentVolumeClaim& claim);
std::string classOf(const api::core_v1::PersistentVolume& volume);

/// Whether a volume is reserved for, or bound to, exactly this claim.
bool isReservedFor(const api::core_v1::PersistentVolume& volume, const api::core_v1::PersistentVolumeClaim& claim);

/// Why a volume that was chosen by name cannot serve a claim: its size, mode, class or access modes; empty: it can.
std::string mismatch(const api::core_v1::PersistentVolume& volume, const api::core_v1::PersistentVolumeClaim& claim);

/// The volume for a claim: one reserved for it, or the smallest available one that suits. A claim that @p waits for its
/// first consumer is only given a reserved one. Null when there is none.
VolumePtr findMatch(const api::core_v1::PersistentVolumeClaim& claim, const std::vector<VolumePtr>& volumes,
                    bool waits);

} // namespace slipway::controllers
