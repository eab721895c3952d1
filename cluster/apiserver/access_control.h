#pragma once

#include "cluster/api/types/rbac_v1.h"
#include "cluster/apiserver/authorization/authorizer.h"
#include "cluster/apiserver/request.h"
#include "cluster/apiserver/watch_cache.h"

#include <memory>
#include <optional>

namespace slipway::apiserver {

/// Decides who may do what: RBAC over the cluster's roles and bindings, the node authorizer, and what everybody may
/// (health and version). Follows the roles through the watch cache. Thread-safe.
class AccessControl {
public:
    explicit AccessControl(WatchCache& cache);
    ~AccessControl();

    /// The refusal, or nothing when it is allowed. @p reason, where given: why it was decided so.
    std::optional<api::Status> refuse(const RequestInfo& info, const User& user, std::string* reason = nullptr) const;

    /// Turns the sender into the user it asks to act as, with uid, groups and extra; the refusal when it may not.
    std::optional<api::Status> impersonate(const Request& request, User& user) const;

    authorization::Decision decide(const authorization::Attributes& attributes) const;

    /// Everything a user may do in a namespace (empty: at the cluster scope).
    std::vector<api::rbac_v1::PolicyRule> rulesFor(const User& user, const std::string& ns) const;
    /// The rules of a Role or ClusterRole; nothing when there is none of that name.
    std::optional<std::vector<api::rbac_v1::PolicyRule>> rulesOf(const std::string& kind, const std::string& ns,
                                                                 const std::string& name) const;

private:
    class Rules;
    std::unique_ptr<Rules> rules_;
};

} // namespace slipway::apiserver
