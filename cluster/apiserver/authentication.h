#pragma once

#include "cluster/apiserver/request.h"
#include "cluster/apiserver/watch_cache.h"

#include <expected>
#include <string>

namespace slipway::apiserver {

/// Finds out who sends a request: in memory, by client certificate, by service account token; else anonymous.
/// Thread-safe.
class Authentication {
public:
    /// @p serviceAccountKeyPem signs and checks service account tokens.
    Authentication(const WatchCache& cache, std::string serviceAccountKeyPem, std::string issuer)
        : cache_(cache), key_(std::move(serviceAccountKeyPem)), issuer_(std::move(issuer)) {}

    /// A credential that is there but wrong is 401, never anonymous.
    std::expected<User, api::Status> authenticate(const Request& request) const;

    /// The user a token belongs to. Errors: 401 when its signature, time or bound objects do not hold.
    std::expected<User, api::Status> userOfToken(std::string_view token) const;

    /// Carries out TokenRequest for a service account. @p request is an authentication.k8s.io/v1 TokenRequest.
    std::expected<api::JsonObject, api::Status> issueToken(std::string_view ns, std::string_view account,
                                                           std::string_view accountUid, api::JsonObject request) const;

    const std::string& issuer() const { return issuer_; }

private:
    const WatchCache& cache_;
    const std::string key_, issuer_;
};

} // namespace slipway::apiserver
