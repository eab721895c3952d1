#pragma once

#include "cluster/apiserver/authorization/node_authorizer.h"
#include "cluster/apiserver/watch_cache.h"

namespace slipway::apiserver::authorization {

/// The pods of the watch cache, as the node authorizer asks about them. Nothing is kept: each question looks at the
/// pods of one namespace. Thread-safe.
class BoundPods final : public NodeAuthorizer::Pods {
public:
    explicit BoundPods(const WatchCache& cache) : cache_(cache) {}

    std::optional<std::string> nodeOf(const std::string& ns, const std::string& pod) const override;
    bool refers(const std::string& node, std::string_view resource, const std::string& ns,
                const std::string& name) const override;

private:
    bool podsRefer(const std::string& node, std::string_view resource, const std::string& ns,
                   const std::string& name) const;

    const WatchCache& cache_;
};

/// Whether a pod refers to an object of its namespace: by a volume, an environment variable, a pull secret, its service
/// account or a resource claim. Pure.
bool podRefers(const api::JsonObject& pod, std::string_view resource, std::string_view name);

} // namespace slipway::apiserver::authorization
