#pragma once

#include <chrono>
#include <expected>
#include <memory>
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

/// JSON web tokens (RFC 7515, 7518): claims are a JSON object's text. RSA keys sign RS256, others ES256, ES384 or ES512
/// by their curve. Where @p keyPem holds several keys the first signs.
Result<std::string> signToken(const std::string& keyPem, std::string_view claimsJson);
/// The claims of a token whose signature fits one of the keys, private or public; expiry is the caller's to check.
Result<std::string> verifyToken(const std::string& keyPem, std::string_view token);
/// The JSON web key set (RFC 7517) with the public halves of the keys.
Result<std::string> publicKeySet(const std::string& keyPem);
/// What tokens are signed with that verifyToken() takes: "ES256".
std::vector<std::string> tokenAlgorithms(const std::string& keyPem);

/// What a token says of itself; nothing is verified.
struct TokenView {
    std::string claimsJson, keyId;
};
Result<TokenView> readToken(std::string_view token);

/// The public keys of somebody else who issues tokens (RFC 7517): RSA and the curves P-256, P-384 and P-521.
class KeySet {
public:
    /// Errors: badKey for a text that is no key set; keys that cannot be used are left out.
    static Result<KeySet> parse(std::string_view json);
    KeySet(KeySet&&) noexcept;
    KeySet& operator=(KeySet&&) noexcept;
    ~KeySet();

    bool has(std::string_view keyId) const;
    /// The claims of a token that one of the keys signed, with one of the algorithms; a token that names its key is
    /// tried with that alone.
    Result<std::string> verify(std::string_view token, const std::vector<std::string>& algorithms) const;

private:
    struct Entry;
    KeySet();
    std::vector<std::unique_ptr<Entry>> entries_;
};

} // namespace slipway::pki
