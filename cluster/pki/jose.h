#pragma once

#include "cluster/pki/openssl.h"

#include <optional>
#include <string>
#include <string_view>

/// Signatures of JSON web tokens (RFC 7515, RFC 7518), private to this folder.
namespace slipway::pki {

std::string encodeUrl(std::string_view bytes);
/// Texts have one spelling only: no padding, no line breaks, unused bits zero. Otherwise a changed token could pass.
std::optional<std::string> decodeUrl(std::string_view text);

/// One of the algorithms with asymmetric keys.
struct Algorithm {
    enum class Family { rsa, rsaPss, ec };
    std::string_view name; ///< "RS256"
    Family family;
    const EVP_MD* (*digest)();
    std::string_view curve = {}; ///< as key sets name it: "P-256"
    std::size_t coordinate = 0;  ///< bytes of one number of the curve
};

/// Null for others, "none" and those with shared secrets among them.
const Algorithm* algorithmNamed(std::string_view name);
/// The one a key signs with: RS256, or that of its curve. Null for keys that can do none.
const Algorithm* algorithmOf(const EVP_PKEY* key);
bool canUse(const EVP_PKEY* key, const Algorithm& algorithm);

Result<std::string> signBytes(EVP_PKEY* key, const Algorithm& algorithm, std::string_view text);
bool signatureFits(EVP_PKEY* key, const Algorithm& algorithm, std::string_view text, std::string_view signature);

/// A token, taken apart; nothing of it is checked but its form.
struct TokenParts {
    std::string claims, signature;
    std::string_view signedText; ///< of the token itself
    const Algorithm* algorithm = nullptr;
    std::string keyId;
};
Result<TokenParts> takeApart(std::string_view token);

/// The public half of a key as a JSON web key, with its thumbprint (RFC 7638) as its id.
Result<std::string> printJwk(const EVP_PKEY* key, std::string* id = nullptr);

} // namespace slipway::pki
