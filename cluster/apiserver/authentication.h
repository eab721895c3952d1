#pragma once

#include "cluster/apiserver/authentication/outside_identities.h"
#include "cluster/apiserver/authentication/static_tokens.h"
#include "cluster/apiserver/request.h"
#include "cluster/apiserver/watch_cache.h"

#include <atomic>
#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace slipway::apiserver {

/// Finds out who sends a request: in memory, by client certificate, by token (of a service account, bootstrap, from the
/// static file, of another issuer); else anonymous. Thread-safe.
class Authentication {
public:
    /// @p serviceAccountKeyPem signs and checks service account tokens; of several keys the first signs.
    Authentication(const WatchCache& cache, std::string serviceAccountKeyPem, std::string issuer,
                   authentication::StaticTokens staticTokens = {})
        : cache_(cache)
        , key_(std::move(serviceAccountKeyPem))
        , issuer_(std::move(issuer))
        , staticTokens_(std::move(staticTokens)) {}

    /// Whom other issuers vouch for, from now on; null: nobody.
    void trust(std::shared_ptr<const authentication::OutsideIdentities> outside) { outside_ = std::move(outside); }
    /// Whether finding out who sends a request may take an issuer's answer.
    bool mayWait(const Request& request) const;

    /// A credential that is there but wrong is 401, never anonymous.
    std::expected<User, api::Status> authenticate(const Request& request) const;

    /// Whom a token belongs to, and for which of the wanted audiences it is good.
    struct TokenOwner {
        User user;
        std::vector<std::string> audiences;
    };
    /// @p audiences empty: this server's own. The error says why not, without the token.
    std::expected<TokenOwner, std::string> ownerOf(std::string_view token,
                                                   const std::vector<std::string>& audiences) const;

    /// Answers a TokenReview (authentication.k8s.io/v1).
    Answer reviewToken(api::JsonObject review) const;

    /// Carries out TokenRequest for a service account. @p request is an authentication.k8s.io/v1 TokenRequest.
    std::expected<api::JsonObject, api::Status> issueToken(std::string_view ns, std::string_view account,
                                                           std::string_view accountUid, api::JsonObject request) const;

    const std::string& issuer() const { return issuer_; }

private:
    const WatchCache& cache_;
    const std::string key_, issuer_;
    const authentication::StaticTokens staticTokens_;
    std::atomic<std::shared_ptr<const authentication::OutsideIdentities>> outside_;
};

} // namespace slipway::apiserver
