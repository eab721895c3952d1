#pragma once

#include "cluster/api/types/core_v1.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::scheduler {

/// What of a StorageClass decides where a pod may go.
struct StorageClassInfo {
    std::string provisioner;
    bool waitsForConsumer = false; ///< volumeBindingMode WaitForFirstConsumer
    std::vector<api::core_v1::TopologySelectorTerm> allowedTopologies;
};

/// The cluster's volumes, claims and classes, as scheduling needs them. Not thread-safe: the snapshot's owner locks.
struct Volumes {
    std::map<std::string, std::shared_ptr<const api::core_v1::PersistentVolumeClaim>> claims; ///< "namespace/name"
    std::map<std::string, std::shared_ptr<const api::core_v1::PersistentVolume>> volumes;     ///< by name
    std::map<std::string, StorageClassInfo> classes;                                          ///< by name
};

} // namespace slipway::scheduler
