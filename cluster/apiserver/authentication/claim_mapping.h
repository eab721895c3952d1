#pragma once

#include "cluster/api/cel/cel.h"
#include "cluster/apiserver/authentication/authentication_config.h"
#include "cluster/apiserver/request.h"

#include <expected>
#include <map>
#include <string>

namespace slipway::apiserver::authentication {

/// Who the claims of an issuer's tokens say somebody is, when its rules let it. Immutable; thread-safe.
class ClaimMapping {
public:
    /// Compiles the expressions. Errors: with the path of one that does not compile, or is of the wrong type.
    static std::expected<ClaimMapping, std::string> compile(const JwtIssuer& issuer);

    /// The user. Errors: which claim or rule stands against it, in the words of Kubernetes' logs.
    std::expected<User, std::string> userOf(const api::JsonObject& claims) const;

private:
    using Expressions = std::map<std::string, api::cel::Expression, std::less<>>;

    explicit ClaimMapping(const JwtIssuer& issuer) : issuer_(issuer) {}
    std::expected<std::string, std::string> usernameOf(const api::JsonObject& claims,
                                                       const api::cel::Expression::Variables& variables) const;
    std::expected<std::vector<std::string>, std::string>
    groupsOf(const api::JsonObject& claims, const api::cel::Expression::Variables& variables) const;
    std::expected<std::string, std::string> uidOf(const api::JsonObject& claims,
                                                  const api::cel::Expression::Variables& variables) const;
    std::expected<void, std::string> judge(const std::vector<IdentityRule>& rules, const api::JsonObject& claims,
                                           const api::cel::Expression::Variables& variables) const;
    std::expected<api::Json, std::string> value(const std::string& expression,
                                                const api::cel::Expression::Variables& variables) const;

    const JwtIssuer issuer_;
    Expressions expressions_; ///< by their texts
};

} // namespace slipway::apiserver::authentication
