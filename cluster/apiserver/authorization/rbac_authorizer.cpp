#include "cluster/apiserver/authorization/rbac_authorizer.h"

#include <algorithm>

namespace slipway::apiserver::authorization {

namespace rbac = api::rbac_v1;

namespace {

template <class T, class Store>
std::expected<void, api::DecodeError> decode(const api::JsonObject& object, const Store& store) {
    return api::fromJson<T>(api::Json(object)).transform(store);
}

} // namespace

std::shared_ptr<const RbacIndex> RbacAuthorizer::index() const {
    const std::lock_guard lock(mutex_);
    if (!index_)
        index_ = std::make_shared<const RbacIndex>(objects_);
    return index_;
}

Decision RbacAuthorizer::authorize(const Attributes& attributes) const {
    if (std::ranges::find(attributes.groups, "system:masters") != attributes.groups.end())
        return {Verdict::allowed, "the group system:masters may do everything"};
    const auto now = index();
    if (const auto* grant = now->find(attributes))
        return {Verdict::allowed, grant->reason};
    return {};
}

std::expected<void, api::DecodeError> RbacAuthorizer::upsert(std::string_view resource, const api::JsonObject& object) {
    const std::string ns(api::stringAt(object, {"metadata", "namespace"}));
    const std::string name(api::stringAt(object, {"metadata", "name"}));
    const std::lock_guard lock(mutex_);
    erase(resource, ns, name);
    if (resource == "clusterroles")
        return decode<rbac::ClusterRole>(object, [&](auto&& role) { objects_.clusterRoles[name] = role; });
    if (resource == "roles")
        return decode<rbac::Role>(object, [&](auto&& role) { objects_.roles[{ns, name}] = role; });
    if (resource == "clusterrolebindings")
        return decode<rbac::ClusterRoleBinding>(object,
                                                [&](auto&& binding) { objects_.clusterRoleBindings[name] = binding; });
    if (resource == "rolebindings")
        return decode<rbac::RoleBinding>(object, [&](auto&& binding) { objects_.roleBindings[{ns, name}] = binding; });
    return {};
}

void RbacAuthorizer::remove(std::string_view resource, const std::string& ns, const std::string& name) {
    const std::lock_guard lock(mutex_);
    erase(resource, ns, name);
}

void RbacAuthorizer::erase(std::string_view resource, const std::string& ns, const std::string& name) {
    if (resource == "clusterroles")
        objects_.clusterRoles.erase(name);
    else if (resource == "roles")
        objects_.roles.erase({ns, name});
    else if (resource == "clusterrolebindings")
        objects_.clusterRoleBindings.erase(name);
    else if (resource == "rolebindings")
        objects_.roleBindings.erase({ns, name});
    else
        return;
    index_.reset();
}

std::vector<rbac::PolicyRule> RbacAuthorizer::rulesOfClusterRole(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    return *effectiveRules(objects_, name);
}

std::optional<std::vector<rbac::PolicyRule>> RbacAuthorizer::rulesOf(const std::string& kind, const std::string& ns,
                                                                     const std::string& name) const {
    const std::lock_guard lock(mutex_);
    if (kind == "Role") {
        const auto found = objects_.roles.find({ns, name});
        return found == objects_.roles.end() ? std::nullopt : std::optional(found->second.rules);
    }
    if (!objects_.clusterRoles.contains(name))
        return {};
    return *effectiveRules(objects_, name);
}

std::vector<rbac::PolicyRule> RbacAuthorizer::rulesFor(const std::string& user, const std::vector<std::string>& groups,
                                                       const std::string& ns) const {
    return index()->rulesFor(user, groups, ns);
}

} // namespace slipway::apiserver::authorization
