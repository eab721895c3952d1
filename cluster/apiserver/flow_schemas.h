#pragma once

#include "cluster/apiserver/fair_queue.h"
#include "cluster/apiserver/request.h"
#include "cluster/apiserver/watch_cache.h"

#include <memory>
#include <mutex>

namespace slipway::apiserver {

/// Which requests belong together, as the FlowSchemas and PriorityLevelConfigurations of the cluster say
/// (flowcontrol.apiserver.k8s.io/v1, KEP-1040). Follows them through the watch cache. Thread-safe.
class FlowSchemas {
public:
    explicit FlowSchemas(const WatchCache& cache) : cache_(cache) {}

    /// A schema that matches a request, and where the request stands in line by it.
    struct Match {
        std::string schema, schemaUid, levelUid;
        FlowPlace place;
    };
    Match match(const RequestInfo& info, const User& user) const;
    std::vector<PriorityLevel> levels() const;

private:
    struct Rules;
    std::shared_ptr<const Rules> current() const;

    const WatchCache& cache_;
    mutable std::mutex mutex_;
    mutable std::shared_ptr<const Rules> rules_;
    mutable std::chrono::steady_clock::time_point readAt_;
};

} // namespace slipway::apiserver
