#pragma once

#include "cluster/api/types/core_v1.h"
#include "cluster/scheduler/resources.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::scheduler {

/// A port a pod takes on its node.
struct HostPort {
    std::string ip, protocol;
    std::int32_t port = 0;
    bool operator==(const HostPort&) const = default;
};

/// What other pods' rules ask of a pod: where it counts in affinity, spreading and preemption. Pods alike share one.
struct PodTraits {
    std::string ns;
    std::map<std::string, std::string> labels;
    std::optional<api::core_v1::Affinity> affinity; ///< only when it has rules about pods
    std::vector<std::string> claims;                ///< names of the persistent volume claims it uses

    bool hasRequiredAntiAffinity() const;
};

/// What scheduling needs to know of a pod; the pod itself is kept only while it waits.
struct PodInfo {
    std::string key, uid; ///< "namespace/name"
    Resources requests;
    std::vector<HostPort> hostPorts;
    std::string ownerUid; ///< of its controller, or empty
    std::int32_t priority = 0;
    bool leaving = false;  ///< it is being deleted
    std::string startedAt; ///< RFC 3339, or empty
    std::string nominated; ///< the node that preemption makes room on for it, or empty
    std::shared_ptr<const PodTraits> traits;
    std::shared_ptr<const api::core_v1::Pod> pod;
};

PodInfo describePod(std::shared_ptr<const api::core_v1::Pod> pod);

} // namespace slipway::scheduler
