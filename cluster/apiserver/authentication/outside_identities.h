#pragma once

#include "cluster/apiserver/authentication/authentication_config.h"
#include "cluster/apiserver/request.h"

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::apiserver::authentication {

/// Those whom other issuers vouch for, and what those without any credential may. Thread-safe.
class OutsideIdentities {
public:
    /// Begins to fetch the issuers' keys. Errors: an expression that cannot be used, with its path.
    static std::expected<std::shared_ptr<OutsideIdentities>, std::string> make(AuthenticationConfig config);
    ~OutsideIdentities();

    /// Whose token it is; nothing for a token of none of the issuers. Errors: why it is not believed.
    std::optional<std::expected<User, std::string>> userOf(std::string_view token) const;
    /// Whether userOf() may have to wait for an issuer.
    bool mayWait(std::string_view token) const;
    /// Whether a request for that path (with its query) needs no credential.
    bool admitsAnonymous(std::string_view target) const;

private:
    struct Issuer;
    OutsideIdentities();
    const Issuer* issuerOf(std::string_view token, std::string& keyId) const;

    std::vector<std::unique_ptr<Issuer>> issuers_;
    AnonymousRules anonymous_;
};

} // namespace slipway::apiserver::authentication
