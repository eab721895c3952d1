#pragma once

#include "cluster/apiserver/authorization/authorizer.h"

#include <functional>
#include <optional>

namespace slipway::apiserver::authorization {

/// What a node's agent may do: users system:node:NAME of the group system:nodes. It reads what running pods takes, and
/// writes its own node, its own lease and the pods bound to it. Has no opinion on anyone and anything else.
/// Not as narrow as Kubernetes' node authorizer: reading secrets and configmaps is not limited to those its pods use.
/// Thread-safe.
class NodeAuthorizer final : public Authorizer {
public:
    /// The node a pod is bound to; nothing when there is no such pod or it is unbound. Called from any thread.
    using NodeOfPod = std::function<std::optional<std::string>(const std::string& ns, const std::string& pod)>;

    explicit NodeAuthorizer(NodeOfPod nodeOfPod);
    Decision authorize(const Attributes& attributes) const override;

private:
    NodeOfPod nodeOfPod_;
};

} // namespace slipway::apiserver::authorization
