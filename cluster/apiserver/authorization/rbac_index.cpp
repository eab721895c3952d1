#include "cluster/apiserver/authorization/rbac_index.h"

#include "cluster/api/selectors.h"
#include "cluster/api/types/meta_v1.h"

#include <algorithm>
#include <format>
#include <set>

namespace slipway::apiserver::authorization {

namespace rbac = api::rbac_v1;

namespace {

bool aggregates(const rbac::ClusterRole& aggregate, const rbac::ClusterRole& part) {
    for (const auto& selector : aggregate.aggregationRule->clusterRoleSelectors) {
        if (api::matches(selector, part.metadata.labels))
            return true;
    }
    return false;
}

/// @p seen ends circles of roles that aggregate each other.
void collectRules(const RbacObjects& objects, const rbac::ClusterRole& role, std::set<std::string>& seen,
                  std::vector<rbac::PolicyRule>& rules) {
    if (!seen.insert(role.metadata.name).second)
        return;
    if (!role.aggregationRule) {
        rules.insert(rules.end(), role.rules.begin(), role.rules.end());
        return;
    }
    for (const auto& [name, part] : objects.clusterRoles) {
        if (aggregates(role, part))
            collectRules(objects, part, seen, rules);
    }
}

std::string reasonFor(std::string_view bindingKind, const std::string& binding, const rbac::RoleRef& role) {
    return std::format("RBAC: allowed by {} \"{}\" of {} \"{}\"", bindingKind, binding, role.kind, role.name);
}

/// The rules a binding refers to, each cluster role worked out once.
class RuleLookup {
public:
    explicit RuleLookup(const RbacObjects& objects) : objects_(objects) {}

    /// Null pointer when the role does not exist.
    Rules find(const rbac::RoleRef& role, const std::string& ns) {
        if (role.kind == "Role") {
            const auto found = objects_.roles.find({ns, role.name});
            return found == objects_.roles.end()
                       ? nullptr
                       : std::make_shared<const std::vector<rbac::PolicyRule>>(found->second.rules);
        }
        if (role.kind != "ClusterRole" || !objects_.clusterRoles.contains(role.name))
            return nullptr;
        Rules& rules = known_[role.name];
        if (!rules)
            rules = effectiveRules(objects_, role.name);
        return rules;
    }

private:
    const RbacObjects& objects_;
    std::unordered_map<std::string, Rules> known_;
};

} // namespace

Rules effectiveRules(const RbacObjects& objects, const std::string& clusterRole) {
    auto rules = std::make_shared<std::vector<rbac::PolicyRule>>();
    const auto role = objects.clusterRoles.find(clusterRole);
    std::set<std::string> seen;
    if (role != objects.clusterRoles.end())
        collectRules(objects, role->second, seen, *rules);
    return rules;
}

void RbacIndex::Scope::add(const rbac::Subject& subject, const std::string& bindingNamespace, const Grant& grant) {
    if (subject.kind == "User")
        users[subject.name].push_back(grant);
    else if (subject.kind == "Group")
        groups[subject.name].push_back(grant);
    else if (subject.kind == "ServiceAccount") {
        const std::string& ns = subject.namespace_.empty() ? bindingNamespace : subject.namespace_;
        if (!ns.empty())
            users[std::format("system:serviceaccount:{}:{}", ns, subject.name)].push_back(grant);
    }
}

RbacIndex::RbacIndex(const RbacObjects& objects) {
    RuleLookup lookup(objects);
    for (const auto& [name, binding] : objects.clusterRoleBindings) {
        // A cluster role binding reaches no Role: those have a namespace.
        const Rules rules = lookup.find(binding.roleRef, {});
        if (!rules)
            continue;
        const Grant grant{rules, reasonFor("ClusterRoleBinding", name, binding.roleRef)};
        for (const auto& subject : binding.subjects)
            cluster_.add(subject, {}, grant);
    }
    for (const auto& [name, binding] : objects.roleBindings) {
        const Rules rules = lookup.find(binding.roleRef, name.first);
        if (!rules)
            continue;
        const Grant grant{rules, reasonFor("RoleBinding", name.second + "/" + name.first, binding.roleRef)};
        for (const auto& subject : binding.subjects)
            namespaces_[name.first].add(subject, name.first, grant);
    }
}

/// Calls @p visit with each grant until it returns true.
template <class Visit>
void RbacIndex::visit(const std::string& user, const std::vector<std::string>& groups, const std::string& ns,
                      const Visit& visit) const {
    const auto visitAll = [&](const auto& byName, const std::string& name) {
        const auto found = byName.find(name);
        return found != byName.end() && std::ranges::any_of(found->second, visit);
    };
    const auto visitScope = [&](const Scope& scope) {
        return visitAll(scope.users, user) ||
               std::ranges::any_of(groups, [&](const std::string& group) { return visitAll(scope.groups, group); });
    };
    if (visitScope(cluster_) || ns.empty())
        return;
    if (const auto scope = namespaces_.find(ns); scope != namespaces_.end())
        visitScope(scope->second);
}

const RbacIndex::Grant* RbacIndex::find(const Attributes& attributes) const {
    const Grant* found = nullptr;
    visit(attributes.user, attributes.groups, attributes.ns, [&](const Grant& grant) {
        if (rulesAllow(*grant.rules, attributes))
            found = &grant;
        return found != nullptr;
    });
    return found;
}

std::vector<rbac::PolicyRule> RbacIndex::rulesFor(const std::string& user, const std::vector<std::string>& groups,
                                                  const std::string& ns) const {
    std::vector<rbac::PolicyRule> rules;
    visit(user, groups, ns, [&](const Grant& grant) {
        rules.insert(rules.end(), grant.rules->begin(), grant.rules->end());
        return false;
    });
    return rules;
}

} // namespace slipway::apiserver::authorization
