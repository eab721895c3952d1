#pragma once

#include "cluster/agent/node/capacity.h"
#include "cluster/agent/node/eviction.h"

namespace slipway::agent {

/// What of the node is not for pods.
struct NodeReserve {
    StringMap system, kube;          ///< quantities by resource name
    std::vector<Threshold> eviction; ///< what eviction keeps free is not given away, either
};

/// Quantities as the node's status shows them.
StringMap capacityQuantities(const Capacity& capacity);
StringMap allocatableQuantities(const Capacity& capacity, const NodeReserve& reserve);

/// Extended resources are put into the capacity of the node's status by others, and offered by the node itself. What
/// its allocatable has to change for that: the new amount by name, nothing for a resource that is no longer in the
/// capacity.
std::map<std::string, std::optional<std::string>> extendedResourceChanges(const StringMap& capacity,
                                                                          const StringMap& allocatable);

/// Reads "cpu=500m,memory=1Gi". The error names what is wrong.
std::expected<StringMap, std::string> parseReserved(std::string_view text);

} // namespace slipway::agent
