#pragma once

#include "cluster/api/cel/cel.h"
#include "cluster/api/json.h"
#include "cluster/api/schema.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What expressions about requests may name: those of admission policies and of match conditions.
namespace slipway::api::cel {

/// Which variables there are, and what is known of their types.
struct AdmissionScope {
    bool params = false;     ///< the policy has a paramKind
    bool authorizer = true;  ///< "authorizer" and "authorizer.requestResource"
    TypePointer object = {}; ///< of object and oldObject; null: known when a request comes
    TypePointer param = {};  ///< of params; null: likewise
};

/// The variables: object, oldObject, request, namespaceObject, params, authorizer.
Expression::Types admissionTypes(const AdmissionScope& scope);

/// What one expression of a policy or of match conditions is found to be.
struct ExpressionFinding {
    std::string path;    ///< "spec.validations[0].expression"
    std::string text;    ///< the expression
    std::string message; ///< as compilers print it
};

/// The findings on the expressions of a ValidatingAdmissionPolicy: variables, validations, messages, audit annotations
/// and match conditions. @p typesOnly: what they have to be is not asked, nor about match conditions.
std::vector<ExpressionFinding> checkPolicy(const JsonObject& policy, const AdmissionScope& scope, bool typesOnly);

/// The type of the objects of a built-in kind.
TypePointer declaredTypeOf(const api::Type& type);

} // namespace slipway::api::cel
