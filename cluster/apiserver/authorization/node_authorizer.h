#pragma once

#include "cluster/apiserver/authorization/authorizer.h"

#include <functional>
#include <optional>
#include <string_view>

namespace slipway::apiserver::authorization {

/// What a node's agent may do: users system:node:NAME of the group system:nodes. It reads what running pods takes, and
/// writes its own node, its own lease and the pods bound to it. Secrets, config maps, claims, volumes, resource claims
/// and tokens are those of the pods bound to it. Has no opinion on anyone and anything else. Thread-safe.
class NodeAuthorizer final : public Authorizer {
public:
    /// What the authorizer asks about the pods; called from any thread.
    class Pods {
    public:
        virtual ~Pods() = default;
        /// The node a pod is bound to; nothing when there is no such pod or it is unbound.
        virtual std::optional<std::string> nodeOf(const std::string& ns, const std::string& pod) const = 0;
        /// Whether a pod bound to @p node refers to an object. @p resource: secrets, configmaps,
        /// persistentvolumeclaims, persistentvolumes, serviceaccounts, resourceclaims, volumeattachments.
        virtual bool refers(const std::string& node, std::string_view resource, const std::string& ns,
                            const std::string& name) const = 0;
    };

    explicit NodeAuthorizer(std::shared_ptr<const Pods> pods);
    Decision authorize(const Attributes& attributes) const override;

private:
    std::shared_ptr<const Pods> pods_;
};

} // namespace slipway::apiserver::authorization
