#include "app/server/identity_options.h"

#include "cluster/base/files.h"
#include "cluster/pki/pki.h"

#include <algorithm>

namespace slipway::server {
namespace {

namespace authentication = apiserver::authentication;

/// The issuer that the --oidc options name.
std::expected<authentication::JwtIssuer, std::string> issuerOf(const IdentityOptions& options) {
    authentication::JwtIssuer issuer = options.issuer;
    if (!issuer.url.starts_with("https://"))
        return std::unexpected("--oidc-issuer-url: an https URL is needed");
    issuer.audiences = {options.clientId};
    // Names of different issuers must not meet; only an address by mail is everybody's own.
    if (!options.usernamePrefix)
        issuer.username.prefix = issuer.username.claim == "email" ? "" : issuer.url + "#";
    else if (*options.usernamePrefix != "-")
        issuer.username.prefix = *options.usernamePrefix;
    for (const std::string& claim : options.requiredClaims) {
        const std::size_t sign = claim.find('=');
        if (sign == std::string::npos || sign == 0)
            return std::unexpected("--oidc-required-claim: \"" + claim + "\" is not NAME=VALUE");
        issuer.claimRules.push_back({claim.substr(0, sign), claim.substr(sign + 1), {}, {}});
    }
    if (!options.caFile.empty()) {
        auto text = base::readFile(options.caFile);
        if (!text)
            return std::unexpected(text.error().message);
        issuer.caPem = std::move(*text);
    }
    return issuer;
}

} // namespace

std::expected<std::shared_ptr<const authentication::OutsideIdentities>, std::string>
outsideIdentities(const IdentityOptions& options, const std::string& ownIssuer) {
    authentication::AuthenticationConfig config;
    if (!options.configFile.empty()) {
        const auto text = base::readFile(options.configFile);
        if (!text)
            return std::unexpected(text.error().message);
        auto read = authentication::readAuthenticationConfig(*text);
        if (!read)
            return std::unexpected(options.configFile.string() + ": " + read.error());
        config = std::move(*read);
    } else if (!options.issuer.url.empty()) {
        auto issuer = issuerOf(options);
        if (!issuer)
            return std::unexpected(issuer.error());
        config.issuers.push_back(std::move(*issuer));
    }
    if (!options.anonymous)
        config.anonymous = authentication::AnonymousRules{false, {}};
    if (std::ranges::any_of(config.issuers, [&](const auto& issuer) { return issuer.url == ownIssuer; }))
        return std::unexpected("URL must not overlap with disallowed issuers: " + ownIssuer);
    if (config.issuers.empty() && !config.anonymous)
        return nullptr;
    return authentication::OutsideIdentities::make(std::move(config));
}

std::expected<std::string, std::string> accountKeys(const IdentityOptions& options, const std::string& ownKeyPem) {
    std::string keys = ownKeyPem;
    for (const auto& file : options.accountKeyFiles) {
        const auto text = base::readFile(file);
        if (!text)
            return std::unexpected(text.error().message);
        if (const auto usable = pki::publicKeySet(*text); !usable)
            return std::unexpected(file.string() + ": " + usable.error().message);
        keys += (keys.ends_with('\n') ? "" : "\n") + *text;
    }
    return keys;
}

} // namespace slipway::server
