#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"
#include "cluster/apiserver/watch_cache.h"

#include <memory>
#include <string_view>
#include <vector>

namespace slipway::apiserver {
class AccessControl;
}

namespace slipway::apiserver::admission {

/// Some objects, shared with whoever else reads them.
class Objects {
public:
    using Shared = std::vector<std::shared_ptr<const api::JsonObject>>;
    class Iterator {
    public:
        explicit Iterator(Shared::const_iterator at) : at_(at) {}
        const api::JsonObject& operator*() const { return **at_; }
        Iterator& operator++() {
            ++at_;
            return *this;
        }
        bool operator==(const Iterator&) const = default;

    private:
        Shared::const_iterator at_;
    };

    explicit Objects(Shared shared = {}) : shared_(std::move(shared)) {}
    Iterator begin() const { return Iterator(shared_.begin()); }
    Iterator end() const { return Iterator(shared_.end()); }
    bool empty() const { return shared_.empty(); }
    const Shared& shared() const { return shared_; }

private:
    Shared shared_;
};

/// What the plugins read of the cluster: the present objects, and who may do what. Every acknowledged write is in it.
/// Thread-safe.
class ClusterState {
public:
    ClusterState(const WatchCache& cache, const AccessControl* access) : cache_(cache), access_(access) {}

    /// An object of a built-in kind, or null.
    std::shared_ptr<const api::JsonObject> find(std::string_view group, std::string_view resource, std::string_view ns,
                                                std::string_view name) const;
    /// Every object of a built-in kind in a namespace (empty: in all).
    Objects all(std::string_view group, std::string_view resource, std::string_view ns = {}) const;
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
