#pragma once

#include "cluster/apiserver/authentication/outside_identities.h"

#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::server {

/// Who may come with which credentials, as the command line says it.
struct IdentityOptions {
    std::filesystem::path configFile; ///< an AuthenticationConfiguration; empty: none
    apiserver::authentication::JwtIssuer issuer{.algorithms = {"RS256"}, .username = {.claim = "sub"}};
    std::string clientId;
    std::optional<std::string> usernamePrefix;
    std::vector<std::string> requiredClaims; ///< NAME=VALUE
    std::filesystem::path caFile;
    bool anonymous = true;
    std::vector<std::filesystem::path> accountKeyFiles;
};

/// Whom other issuers vouch for. Errors: readable, for a configuration that cannot be.
/// @p ownIssuer: of service account tokens, which nobody else may issue.
std::expected<std::shared_ptr<const apiserver::authentication::OutsideIdentities>, std::string>
outsideIdentities(const IdentityOptions& options, const std::string& ownIssuer);

/// The keys for service account tokens: the server's own, which signs, and those of the files.
std::expected<std::string, std::string> accountKeys(const IdentityOptions& options, const std::string& ownKeyPem);

} // namespace slipway::server
