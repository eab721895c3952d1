#pragma once

#include "cluster/api/types/rbac_v1.h"
#include "cluster/apiserver/authorization/authorizer.h"

#include <memory>

namespace slipway::apiserver::authorization {

using Rules = std::shared_ptr<const std::vector<api::rbac_v1::PolicyRule>>;

/// Whether one rule of a role allows a request. Pure.
bool ruleAllows(const api::rbac_v1::PolicyRule& rule, const Attributes& attributes);
bool rulesAllow(const std::vector<api::rbac_v1::PolicyRule>& rules, const Attributes& attributes);

} // namespace slipway::apiserver::authorization
