#pragma once

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

    /// The refusal, or nothing when it is allowed.
    std::optional<api::Status> refuse(const RequestInfo& info, const User& user) const;

    /// Turns the sender into the user it asks to act as; the refusal when it may not.
    std::optional<api::Status> impersonate(const Request& request, User& user) const;

    /// Answers SubjectAccessReview and its like, and SelfSubjectReview.
    Answer review(const RequestInfo& info, const api::Resource& resource, api::JsonObject body, const User& user) const;

private:
    class Rules;
    std::unique_ptr<Rules> rules_;
};

} // namespace slipway::apiserver
