#pragma once

#include "cluster/apiserver/authorization/rbac_rules.h"

#include <map>
#include <string>
#include <unordered_map>

namespace slipway::apiserver::authorization {

/// A namespace and a name; of cluster-scoped objects the namespace is empty.
using ObjectName = std::pair<std::string, std::string>;

/// The roles and bindings there are.
struct RbacObjects {
    std::map<std::string, api::rbac_v1::ClusterRole, std::less<>> clusterRoles;
    std::map<ObjectName, api::rbac_v1::Role> roles;
    std::map<std::string, api::rbac_v1::ClusterRoleBinding, std::less<>> clusterRoleBindings;
    std::map<ObjectName, api::rbac_v1::RoleBinding> roleBindings;
};

/// The rules a cluster role really has: of one that aggregates, those of the roles its selectors choose.
Rules effectiveRules(const RbacObjects& objects, const std::string& clusterRole);

/// Who has which rules where, made once from all roles and bindings. Immutable.
class RbacIndex {
public:
    struct Grant {
        Rules rules;
        std::string reason;
    };

    explicit RbacIndex(const RbacObjects& objects);

    /// The grant that allows a request, or null pointer.
    const Grant* find(const Attributes& attributes) const;
    /// Everything a user with groups may do in a namespace (empty: at the cluster scope).
    std::vector<api::rbac_v1::PolicyRule> rulesFor(const std::string& user, const std::vector<std::string>& groups,
                                                   const std::string& ns) const;

private:
    /// Grants by user or group.
    struct Scope {
        std::unordered_map<std::string, std::vector<Grant>> users, groups;
        void add(const api::rbac_v1::Subject& subject, const std::string& bindingNamespace, const Grant& grant);
    };
    template <class Visit>
    void visit(const std::string& user, const std::vector<std::string>& groups, const std::string& ns,
               const Visit& visit) const;

    Scope cluster_;
    std::unordered_map<std::string, Scope> namespaces_;
};

} // namespace slipway::apiserver::authorization
