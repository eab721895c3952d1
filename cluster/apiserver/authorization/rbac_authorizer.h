#pragma once

#include "cluster/apiserver/authorization/rbac_index.h"

#include <mutex>
#include <optional>

namespace slipway::apiserver::authorization {

/// Role-based access control, as the group rbac.authorization.k8s.io/v1 describes it: allows what a role bound to the
/// user or a group allows, and has no opinion otherwise. The group system:masters is always allowed, so that nobody can
/// lock the cluster's owner out.
///
/// Thread-safe. Requests share one immutable index; a change only marks it old, and the next request makes a new one.
class RbacAuthorizer final : public Authorizer {
public:
    Decision authorize(const Attributes& attributes) const override;

    /// Adds or replaces an object of "clusterroles", "roles", "clusterrolebindings" or "rolebindings"; other resources
    /// are ignored. One that cannot be decoded grants nothing, and neither does what it replaced.
    std::expected<void, api::DecodeError> upsert(std::string_view resource, const api::JsonObject& object);
    void remove(std::string_view resource, const std::string& ns, const std::string& name);

    /// The rules a cluster role has, aggregation included; empty when there is no such role.
    std::vector<api::rbac_v1::PolicyRule> rulesOfClusterRole(const std::string& name) const;
    /// The rules of a role; nothing when there is no such role.
    std::optional<std::vector<api::rbac_v1::PolicyRule>> rulesOf(const std::string& kind, const std::string& ns,
                                                                 const std::string& name) const;
    /// Everything a user with groups may do in a namespace (empty: at the cluster scope).
    std::vector<api::rbac_v1::PolicyRule> rulesFor(const std::string& user, const std::vector<std::string>& groups,
                                                   const std::string& ns) const;

private:
    std::shared_ptr<const RbacIndex> index() const;
    void erase(std::string_view resource, const std::string& ns, const std::string& name);

    mutable std::mutex mutex_; ///< held while objects_ is read or changed
    RbacObjects objects_;
    mutable std::shared_ptr<const RbacIndex> index_; ///< null pointer: objects_ changed since
};

} // namespace slipway::apiserver::authorization
