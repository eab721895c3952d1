#include "cluster/pki/jose.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <vector>

namespace slipway::pki {
namespace {

constexpr std::size_t maxTokenSize = 64 * 1024;
constexpr int smallestRsa = 2048; ///< bits
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Family = Algorithm::Family;

constexpr std::array<Algorithm, 9> algorithms{{{"RS256", Family::rsa, EVP_sha256},
                                               {"RS384", Family::rsa, EVP_sha384},
                                               {"RS512", Family::rsa, EVP_sha512},
                                               {"PS256", Family::rsaPss, EVP_sha256},
                                               {"PS384", Family::rsaPss, EVP_sha384},
                                               {"PS512", Family::rsaPss, EVP_sha512},
                                               {"ES256", Family::ec, EVP_sha256, "P-256", 32},
                                               {"ES384", Family::ec, EVP_sha384, "P-384", 48},
                                               {"ES512", Family::ec, EVP_sha512, "P-521", 66}}};

/// The curve of a key as key sets name it.
std::string_view curveOf(const EVP_PKEY* key) {
    char group[32];
    if (EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) != 1)
        return {};
    const std::string_view name(group);
    return name == "prime256v1" || name == "P-256"  ? "P-256"
           : name == "secp384r1" || name == "P-384" ? "P-384"
           : name == "secp521r1" || name == "P-521" ? "P-521"
                                                    : "";
}

const unsigned char* bytesOf(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/// ECDSA signatures stand in tokens as two padded numbers, and not as OpenSSL's DER.
Result<std::string> numbersOf(std::string_view der, std::size_t coordinate) {
    const unsigned char* at = bytesOf(der);
    const EcdsaSignature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
    std::string raw(2 * coordinate, '\0');
    auto* to = reinterpret_cast<unsigned char*>(raw.data());
    const int size = static_cast<int>(coordinate);
    if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), to, size) < 0 ||
        BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), to + coordinate, size) < 0)
        return failure(Errc::crypto, "cannot sign");
    return raw;
}

std::optional<std::string> derOf(std::string_view raw, std::size_t coordinate) {
    if (raw.size() != 2 * coordinate)
        return std::nullopt;
    const int size = static_cast<int>(coordinate);
    const EcdsaSignature signature(ECDSA_SIG_new());
    BigNumber r(BN_bin2bn(bytesOf(raw), size, nullptr)), s(BN_bin2bn(bytesOf(raw) + coordinate, size, nullptr));
    if (!signature || !r || !s || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1)
        return std::nullopt;
    r.release(), s.release();
    std::array<unsigned char, 256> der;
    unsigned char* end = der.data();
    const int length = i2d_ECDSA_SIG(signature.get(), &end);
    return length > 0
               ? std::optional(std::string(reinterpret_cast<char*>(der.data()), static_cast<std::size_t>(length)))
               : std::nullopt;
}

/// RSASSA-PSS with a salt as long as the hash (RFC 7518, 3.5).
bool padded(EVP_PKEY_CTX* context, const Algorithm& algorithm) {
    return algorithm.family != Family::rsaPss ||
           (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1);
}

Result<std::string> numberOf(const EVP_PKEY* key, const char* which, std::size_t size) {
    BIGNUM* raw = nullptr;
    if (EVP_PKEY_get_bn_param(key, which, &raw) != 1)
        return failure(Errc::badKey, "the key has no public half");
    const BigNumber number(raw);
    const auto length = static_cast<int>(size > 0 ? size : static_cast<std::size_t>(BN_num_bytes(number.get())));
    std::string bytes(static_cast<std::size_t>(length), '\0');
    if (BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(bytes.data()), length) != length)
        return failure(Errc::badKey, "the key has no public half");
    return encodeUrl(bytes);
}

std::unexpected<Error> refuse(const char* why) {
    return std::unexpected(Error{Errc::badToken, why});
}

} // namespace

std::string encodeUrl(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    unsigned buffer = 0, bits = 0;
    for (const unsigned char byte : bytes) {
        buffer = (buffer << 8) | byte;
        for (bits += 8; bits >= 6; bits -= 6)
            text += alphabet[(buffer >> (bits - 6)) & 63];
    }
    if (bits > 0)
        text += alphabet[(buffer << (6 - bits)) & 63];
    return text;
}

std::optional<std::string> decodeUrl(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size() * 3 / 4);
    unsigned buffer = 0, bits = 0;
    for (const char letter : text) {
        const std::size_t digit = alphabet.find(letter);
        if (digit == alphabet.npos)
            return std::nullopt;
        buffer = (buffer << 6) | static_cast<unsigned>(digit);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>((buffer >> bits) & 255);
        }
    }
    if (bits >= 6 || (buffer & ((1U << bits) - 1)) != 0)
        return std::nullopt;
    return bytes;
}

const Algorithm* algorithmNamed(std::string_view name) {
    const auto found = std::ranges::find(algorithms, name, &Algorithm::name);
    return found == algorithms.end() ? nullptr : &*found;
}

bool canUse(const EVP_PKEY* key, const Algorithm& algorithm) {
    if (algorithm.family == Family::ec)
        return EVP_PKEY_is_a(key, "EC") == 1 && curveOf(key) == algorithm.curve;
    return EVP_PKEY_is_a(key, "RSA") == 1 && EVP_PKEY_get_bits(key) >= smallestRsa;
}

const Algorithm* algorithmOf(const EVP_PKEY* key) {
    const auto found =
        std::ranges::find_if(algorithms, [&](const Algorithm& algorithm) { return canUse(key, algorithm); });
    return found == algorithms.end() ? nullptr : &*found;
}

Result<std::string> signBytes(EVP_PKEY* key, const Algorithm& algorithm, std::string_view text) {
    const DigestContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
    std::size_t size = signature.size();
    if (!context || EVP_DigestSignInit(context.get(), &parameters, algorithm.digest(), nullptr, key) != 1 ||
        !padded(parameters, algorithm) ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytesOf(text),
                       text.size()) != 1)
        return failure(Errc::crypto, "cannot sign");
    signature.resize(size);
    return algorithm.family == Family::ec ? numbersOf(signature, algorithm.coordinate) : std::move(signature);
}

bool signatureFits(EVP_PKEY* key, const Algorithm& algorithm, std::string_view text, std::string_view signature) {
    const auto bytes =
        algorithm.family == Family::ec ? derOf(signature, algorithm.coordinate) : std::optional(std::string(signature));
    const DigestContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    const bool fits = bytes && context && canUse(key, algorithm) &&
                      EVP_DigestVerifyInit(context.get(), &parameters, algorithm.digest(), nullptr, key) == 1 &&
                      padded(parameters, algorithm) &&
                      EVP_DigestVerify(context.get(), bytesOf(*bytes), bytes->size(), bytesOf(text), text.size()) == 1;
    if (!fits) [[maybe_unused]]
        const auto cleared = failure(Errc::badToken, "");
    return fits;
}

Result<TokenParts> takeApart(std::string_view token) {
    if (token.size() > maxTokenSize)
        return refuse("the token is too long");
    const std::size_t first = token.find('.'), last = token.rfind('.');
    if (first == token.npos || first == last || token.find('.', first + 1) != last)
        return refuse("the token does not have three parts");
    const auto header = decodeUrl(token.substr(0, first));
    auto claims = decodeUrl(token.substr(first + 1, last - first - 1));
    auto signature = decodeUrl(token.substr(last + 1));
    if (!header || !claims || !signature)
        return refuse("the token is not base64url");
    boost::system::error_code failed;
    const boost::json::value value = boost::json::parse(*header, failed);
    const auto* members = failed ? nullptr : value.if_object();
    const auto* name = members != nullptr ? members->if_contains("alg") : nullptr;
    TokenParts parts{std::move(*claims), std::move(*signature), token.substr(0, last), nullptr, {}};
    if (name != nullptr && name->is_string())
        parts.algorithm = algorithmNamed({name->get_string().data(), name->get_string().size()});
    // "crit" names extensions that must be understood (RFC 7515, 4.1.11); none are.
    if (parts.algorithm == nullptr || members->contains("crit"))
        return refuse("the token's header is not accepted");
    if (const auto* id = members->if_contains("kid"); id != nullptr && id->is_string())
        parts.keyId = id->get_string();
    return parts;
}

Result<std::string> printJwk(const EVP_PKEY* key, std::string* id) {
    const Algorithm* algorithm = algorithmOf(key);
    if (algorithm == nullptr)
        return std::unexpected(Error{Errc::badKey, "the key is neither RSA nor of a curve that tokens use"});
    const bool ec = algorithm->family == Family::ec;
    const auto first = numberOf(key, ec ? OSSL_PKEY_PARAM_EC_PUB_X : OSSL_PKEY_PARAM_RSA_E, algorithm->coordinate),
               second = numberOf(key, ec ? OSSL_PKEY_PARAM_EC_PUB_Y : OSSL_PKEY_PARAM_RSA_N, algorithm->coordinate);
    if (!first || !second)
        return std::unexpected(!first ? first.error() : second.error());
    // The thumbprint is of exactly these members in exactly this order.
    const std::string members = ec ? R"("crv":")" + std::string(algorithm->curve) + R"(","kty":"EC","x":")" + *first +
                                         R"(","y":")" + *second + '"'
                                   : R"("e":")" + *first + R"(","kty":"RSA","n":")" + *second + '"';
    const std::string canonical = "{" + members + "}";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned size = 0;
    if (EVP_Digest(canonical.data(), canonical.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
        return failure(Errc::crypto, "cannot hash the key");
    const std::string thumbprint = encodeUrl({reinterpret_cast<char*>(digest.data()), size});
    if (id != nullptr)
        *id = thumbprint;
    return R"({"use":"sig","kid":")" + thumbprint + R"(","alg":")" + std::string(algorithm->name) + "\"," + members +
           "}";
}

} // namespace slipway::pki
