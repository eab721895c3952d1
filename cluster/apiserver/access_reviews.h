#pragma once

#include "cluster/apiserver/access_control.h"
#include "cluster/apiserver/authentication.h"
#include "cluster/apiserver/request.h"

namespace slipway::apiserver {

/// True for the kinds that are questions: nothing of them is stored.
bool isReview(const api::Resource& resource);

/// Answers SubjectAccessReview and its like (authorization.k8s.io/v1), SelfSubjectReview and TokenReview
/// (authentication.k8s.io/v1). @p review is the question after its structure was checked.
Answer answerReview(const AccessControl& access, const Authentication& authentication, const RequestInfo& info,
                    const api::Resource& resource, api::JsonObject review, const User& user);

} // namespace slipway::apiserver
