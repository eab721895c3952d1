#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Keys, certificates and tokens. All PEM; private keys are PKCS #8. Thread-safe.
namespace slipway::pki {

enum class Errc { badKey, badCertificate, badToken, crypto };

struct Error {
    Errc kind;
    std::string message; ///< never holds key material
};

template <class T> using Result = std::expected<T, Error>;

struct KeyPair {
    std::string certificatePem, keyPem;
};

/// What a certificate is for.
struct CertificateRequest {
    std::string commonName;
    std::vector<std::string> organizations;
    std::vector<std::string> dnsNames, ipAddresses;
    bool server = false, client = false;
    std::chrono::hours lifetime{24 * 365};
};

/// A new self-signed certificate authority (ECDSA P-256).
Result<KeyPair> makeAuthority(const std::string& commonName,
                              std::chrono::hours lifetime = std::chrono::hours(24 * 3650));
/// A new key and a certificate for it, signed by the authority.
Result<KeyPair> issueCertificate(const KeyPair& authority, const CertificateRequest& request);
/// A new private key alone (ECDSA P-256).
Result<std::string> makePrivateKey();

/// Who a client certificate says it is: commonName is the user, organizations the groups.
struct Identity {
    std::string user;
    std::vector<std::string> groups;
};
Result<Identity> identityOf(std::string_view certificatePem);

/// Who a certificate signing request (PKCS #10) asks a certificate for. Errors: not one, or its signature does not fit.
Result<Identity> identityOfRequest(std::string_view requestPem);

/// The end of a certificate's validity.
Result<std::chrono::system_clock::time_point> expiryOf(std::string_view certificatePem);

/// JSON web tokens signed ES256 (RFC 7515, 7518): claims are a JSON object's text.
Result<std::string> signToken(const std::string& keyPem, std::string_view claimsJson);
/// The claims of a token whose signature fits; expiry is the caller's to check.
Result<std::string> verifyToken(const std::string& keyPem, std::string_view token);
/// The JSON web key set (RFC 7517) with the public half of the key.
Result<std::string> publicKeySet(const std::string& keyPem);

} // namespace slipway::pki
