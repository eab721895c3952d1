#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Users who come with tokens of another issuer (OpenID Connect), as apiserver.config.k8s.io has it (KEP-3331).
namespace slipway::apiserver::authentication {

/// A text that is a claim with a prefix, or what an expression makes of the claims. Both empty: there is none.
struct ClaimOrExpression {
    std::string claim, prefix, expression;

    bool given() const { return !claim.empty() || !expression.empty(); }
};

/// What must hold: a claim that has a value, or an expression that is true.
struct IdentityRule {
    std::string claim, requiredValue;
    std::string expression, message;
};

/// One issuer whose tokens are believed, and who they say somebody is.
struct JwtIssuer {
    std::string url;                     ///< as tokens name it
    std::string discoveryUrl;            ///< where its keys are found; empty: by the url
    std::string caPem;                   ///< who signed its certificate; empty: the system's authorities
    std::vector<std::string> audiences;  ///< one of which a token must be for
    std::vector<std::string> algorithms; ///< "RS256"; that tokens may be signed with
    ClaimOrExpression username, groups, uid;
    std::vector<std::pair<std::string, std::string>> extra; ///< keys and expressions
    std::vector<IdentityRule> claimRules, userRules;
};

/// Whether those without any credential are let in, as system:anonymous.
struct AnonymousRules {
    bool enabled = true;
    std::vector<std::string> paths; ///< only for these; none: for all
};

struct AuthenticationConfig {
    std::vector<JwtIssuer> issuers;
    std::optional<AnonymousRules> anonymous;
};

/// Every algorithm that may be used.
const std::vector<std::string>& jwtAlgorithms();

/// Reads an AuthenticationConfiguration of apiserver.config.k8s.io v1, v1beta1 or v1alpha1. Errors: readable, with the
/// path of what is wrong. Expressions are not judged here.
std::expected<AuthenticationConfig, std::string> readAuthenticationConfig(std::string_view yaml);

} // namespace slipway::apiserver::authentication
