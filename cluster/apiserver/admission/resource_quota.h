#pragma once

#include "cluster/apiserver/admission/cluster_state.h"
#include "cluster/apiserver/admission/quota_usage.h"
#include "cluster/apiserver/admission/request.h"

#include <array>
#include <map>
#include <mutex>
#include <string>

namespace slipway::apiserver::admission {

/// Refuses what would take more than a namespace's quotas leave. What is taken is counted from the objects that are
/// there, so that it is exact at any instant; who admits holds the namespace's lock until the write is in the store.
/// Thread-safe.
class ResourceQuota {
public:
    Refusal judge(const Request& request, const ClusterState& cluster);

    /// Held from judge() to the end of the commit; not locked where the namespace has no quota.
    std::unique_lock<std::mutex> lockOf(std::string_view ns, const ClusterState& cluster);

private:
    /// What a pod takes, worked out once per version of it.
    struct Counted {
        store::Revision revision = 0;
        std::shared_ptr<const api::JsonObject> object;
        Amounts usage;
    };
    Amounts used(const api::JsonObject& quota, const Request& request, const ClusterState& cluster);
    const Counted& counted(std::map<std::string, Counted, std::less<>>& known, const api::Resource& resource,
                           const CachedObject& object);

    std::array<std::mutex, 64> locks_;                                         ///< by a namespace's hash
    std::mutex mutex_;                                                         ///< of known_
    std::map<std::string, std::map<std::string, Counted, std::less<>>> known_; ///< by namespace and resource, then name
};

} // namespace slipway::apiserver::admission
