#pragma once

#include "ui/session/session.h"

#include <vector>

namespace slipway::ui {

/// What is to be done to what, as RBAC sees it.
struct AccessQuestion {
    std::string verb, group, resource, subresource, ns; ///< ns empty: in all namespaces at once, or not namespaced
};

/// The objects that say who may do what.
struct RbacObjects {
    std::vector<api::Json> clusterRoles, clusterRoleBindings, roles, roleBindings;
};

/// Somebody who may do it, and why.
struct Holder {
    QString kind, name, ns; ///< of the subject: "User", "Group", "ServiceAccount"
    QString role, binding;  ///< "ClusterRole/admin", "RoleBinding/team-a"
    QString names;          ///< only for objects of these names; empty: for all
    bool operator==(const Holder&) const = default;
};

/// Whether a rule of a role allows it; names of single objects are told in @p names. Pure.
bool ruleAllows(const api::JsonObject& rule, const AccessQuestion& question, QString& names);
/// Everybody a binding gives a role that allows it, as the API server's RBAC authorizer decides: bindings of the
/// cluster, and those of the namespace. Pure.
std::vector<Holder> whoCan(const RbacObjects& objects, const AccessQuestion& question);
/// Reads roles and bindings of the cluster and of one namespace (empty: none). Blocks.
client::Result<RbacObjects> readRbac(const client::Client& client, const std::string& ns);

} // namespace slipway::ui
