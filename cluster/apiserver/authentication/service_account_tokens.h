#pragma once

#include "cluster/apiserver/request.h"
#include "cluster/apiserver/watch_cache.h"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

/// Tokens of service accounts, bound to pods, secrets and nodes (KEP-1205, KEP-4193): they end when what they are bound
/// to ends.
namespace slipway::apiserver::authentication {

struct AccountToken {
    User user;
    std::vector<std::string> audiences;
};

/// Nothing when the signature, the issuer, the time or what the token is bound to do not hold.
std::optional<AccountToken> verifyAccountToken(const WatchCache& cache, const std::string& keyPem,
                                               std::string_view issuer, std::string_view token);

struct Account {
    std::string_view ns, name, uid;
};

/// Carries out a TokenRequest. Errors: 400, 404, 409, 422 in Kubernetes' words.
std::expected<api::JsonObject, api::Status> issueAccountToken(const WatchCache& cache, const std::string& keyPem,
                                                              const std::string& issuer, const Account& account,
                                                              api::JsonObject request);

} // namespace slipway::apiserver::authentication
