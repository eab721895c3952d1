#pragma once

#include "cluster/api/types/resource_v1.h"

#include <map>
#include <memory>
#include <set>
#include <string>

namespace slipway::scheduler {

/// The cluster's devices and the claims for them (KEP-4381). Not thread-safe: the snapshot's owner locks.
struct Devices {
    using Claim = std::shared_ptr<const api::resource_v1::ResourceClaim>;

    std::map<std::string, Claim> claims;                                                  ///< "namespace/name"
    std::map<std::string, std::shared_ptr<const api::resource_v1::DeviceClass>> classes;  ///< by name
    std::map<std::string, std::shared_ptr<const api::resource_v1::ResourceSlice>> slices; ///< by name
    /// What was decided and is not heard of yet, by the claim's key.
    struct Assumed {
        std::string uid;
        api::resource_v1::AllocationResult allocation;
    };
    std::map<std::string, Assumed> assumed;

    /// What a claim has been given, or null.
    const api::resource_v1::AllocationResult* allocationOf(const std::string& key) const {
        if (const auto claim = claims.find(key);
            claim != claims.end() && claim->second->status && claim->second->status->allocation)
            return &*claim->second->status->allocation;
        const auto expected = assumed.find(key);
        return expected == assumed.end() ? nullptr : &expected->second.allocation;
    }

    void setClaim(const std::string& key, Claim claim) {
        if (const auto expected = assumed.find(key);
            expected != assumed.end() &&
            ((claim->status && claim->status->allocation) || expected->second.uid != claim->metadata.uid))
            assumed.erase(expected);
        claims[key] = std::move(claim);
    }
    void removeClaim(const std::string& key) {
        claims.erase(key);
        assumed.erase(key);
    }
    /// Forgets what is not among the keys, and with it what was decided for it.
    void keepClaims(const std::set<std::string>& known) {
        const auto isGone = [&](const auto& entry) { return !known.contains(entry.first); };
        std::erase_if(claims, isGone);
        std::erase_if(assumed, isGone);
    }
};

} // namespace slipway::scheduler
