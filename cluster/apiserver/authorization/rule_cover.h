#pragma once

#include "cluster/api/types/rbac_v1.h"

#include <string>
#include <vector>

/// Whether rules somebody has reach as far as rules somebody wants to give. Plain functions.
namespace slipway::apiserver::authorization {

/// The parts of @p wanted that no rule of @p owned covers, put together again by verbs; empty: all is covered.
std::vector<api::rbac_v1::PolicyRule> uncovered(const std::vector<api::rbac_v1::PolicyRule>& owned,
                                                const std::vector<api::rbac_v1::PolicyRule>& wanted);

/// `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`
std::string printRule(const api::rbac_v1::PolicyRule& rule);

} // namespace slipway::apiserver::authorization
