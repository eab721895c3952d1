#pragma once

#include "cluster/api/types/core_v1.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace slipway::scheduler {

/// Amounts of what a node offers or pods ask for; cpu in thousandths of a core, the others in whole units.
struct Resources {
    std::int64_t milliCpu = 0, memory = 0, ephemeralStorage = 0;
    std::map<std::string, std::int64_t> extended; ///< "example.com/gpu", "hugepages-2Mi"

    Resources& operator+=(const Resources& other);
    Resources& operator-=(const Resources& other);
    bool operator==(const Resources&) const = default;
};

/// Reads a resource list ("cpu": "250m"); entries that are no quantities are left out, "pods" too.
Resources parseResources(const std::map<std::string, std::string>& list);

/// What a pod asks for: the sum of its containers and sidecars, or what its greediest init step needs if that is more,
/// plus overhead; pod-level requests win (KEP-2837, KEP-753).
Resources podRequests(const api::core_v1::PodSpec& spec);

} // namespace slipway::scheduler
