#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"
#include "cluster/apiserver/watch_cache.h"

#include <optional>
#include <string_view>
#include <vector>

namespace slipway::apiserver {
class AccessControl;
}

namespace slipway::apiserver::admission {

/// What the plugins read of the cluster: the present objects, and who may do what. Every acknowledged write is in it.
/// Thread-safe.
class ClusterState {
public:
    ClusterState(const WatchCache& cache, const AccessControl* access) : cache_(cache), access_(access) {}

    /// An object of a built-in kind, or nothing.
    std::optional<api::JsonObject> find(std::string_view group, std::string_view resource, std::string_view ns,
                                        std::string_view name) const;
    /// Every object of a built-in kind in a namespace (empty: in all).
    std::vector<api::JsonObject> all(std::string_view group, std::string_view resource, std::string_view ns = {}) const;
    /// True when there are objects of @p resource in @p ns; cheap.
    bool any(std::string_view group, std::string_view resource, std::string_view ns) const;

    const WatchCache& cache() const { return cache_; }
    /// Null where nobody is asked who may do what.
    const AccessControl* access() const { return access_; }

private:
    const WatchCache& cache_;
    const AccessControl* access_;
};

/// The served resource of a built-in kind, whatever its version.
const api::Resource& builtIn(std::string_view group, std::string_view resource);

/// The object a cached one stands for.
api::JsonObject parsed(const CachedObject& object);

} // namespace slipway::apiserver::admission
