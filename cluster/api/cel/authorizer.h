#pragma once

#include "cluster/api/cel/value.h"

#include <functional>
#include <string>

namespace slipway::api::cel {

/// What an expression asks whether a user may: authorizer.group('apps').resource('deployments').check('create').
struct AccessQuestion {
    std::string verb;
    std::string path; ///< of a request that is not for a resource; then the rest is empty
    std::string group, resource, subresource, ns, name;
    std::string fieldSelector, labelSelector;
    /// Whose rights are asked for, when not the request's user's: of a service account.
    std::string accountNamespace, accountName;
};

struct AccessAnswer {
    bool allowed = false;
    std::string reason, error;
};

/// The variable "authorizer". @p ask is called while an expression is evaluated, by its thread.
Value authorizerValue(std::function<AccessAnswer(const AccessQuestion&)> ask);
/// The variable "authorizer.requestResource": the question about what the request is for, but for its verb.
Value requestResourceValue(std::function<AccessAnswer(const AccessQuestion&)> ask, AccessQuestion about);

/// The types of the two variables.
TypePointer authorizerType();
TypePointer requestResourceType();

} // namespace slipway::api::cel
