#include "cluster/apiserver/access_control.h"

#include <algorithm>

namespace slipway::apiserver {
namespace {

constexpr std::string_view accountPrefix = "system:serviceaccount:";

/// One thing the sender must be allowed to be.
RequestInfo impersonating(std::string_view group, std::string_view resource, std::string_view ns,
                          std::string_view name) {
    RequestInfo info;
    info.isResource = true;
    info.verb = "impersonate";
    info.group = group;
    info.version = "v1";
    info.resource = resource;
    info.ns = ns;
    info.name = name;
    return info;
}

void addGroup(std::vector<std::string>& groups, std::string group) {
    if (std::ranges::find(groups, group) == groups.end())
        groups.push_back(std::move(group));
}

} // namespace

std::optional<api::Status> AccessControl::impersonate(const Request& request, User& user) const {
    if (request.impersonateUser.empty())
        return api::internalError("requested impersonation of groups, a uid or extra without impersonating a user");
    User other;
    other.name = request.impersonateUser;
    other.groups = request.impersonateGroups;
    other.uid = request.impersonateUid;
    other.extra = request.impersonateExtra;
    std::optional<api::Status> refusal;
    if (other.name.starts_with(accountPrefix)) {
        const std::string_view rest = std::string_view(other.name).substr(accountPrefix.size());
        const std::string ns(rest.substr(0, rest.find(':')));
        refusal =
            refuse(impersonating("", "serviceaccounts", ns, rest.substr(std::min(rest.size(), ns.size() + 1))), user);
        if (other.groups.empty())
            other.groups = {"system:serviceaccounts", "system:serviceaccounts:" + ns};
    } else {
        refusal = refuse(impersonating("", "users", {}, other.name), user);
    }
    for (const std::string& group : request.impersonateGroups)
        if (!refusal)
            refusal = refuse(impersonating("", "groups", {}, group), user);
    if (!refusal && !other.uid.empty())
        refusal = refuse(impersonating("authentication.k8s.io", "uids", {}, other.uid), user);
    for (const auto& [key, values] : other.extra)
        for (const std::string& value : values) {
            RequestInfo info = impersonating("authentication.k8s.io", "userextras", {}, value);
            info.subresource = key;
            if (!refusal)
                refusal = refuse(info, user);
        }
    if (refusal)
        return refusal;
    // Everybody but the anonymous is authenticated.
    if (!other.anonymous())
        addGroup(other.groups, "system:authenticated");
    else
        addGroup(other.groups, "system:unauthenticated");
    user = std::move(other);
    return {};
}

} // namespace slipway::apiserver
