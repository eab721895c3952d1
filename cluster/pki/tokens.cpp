#include "cluster/pki/openssl.h"

#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/core_names.h>

/// JSON web tokens in compact form (RFC 7515, 7.1) with ES256 (RFC 7518, 3.4), their key set (RFC 7517) and the key's
/// thumbprint (RFC 7638) as its id.
namespace slipway::pki {

namespace {

constexpr std::size_t coordinateSize = 32; ///< of P-256
constexpr std::size_t maxTokenSize = 64 * 1024;
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Tokens have one spelling only: no padding, no line breaks, unused bits zero. Otherwise a changed token could pass.
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

bool isP256(const EVP_PKEY* key) {
    char group[32];
    return EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) == 1 &&
           (std::string_view(group) == "prime256v1" || std::string_view(group) == "P-256");
}

Result<Key> tokenKey(const std::string& pem, bool publicToo) {
    auto key = parseKey(pem, publicToo);
    if (key && !isP256(key->get()))
        return std::unexpected(Error{Errc::badKey, "the key is not of the curve P-256"});
    return key;
}

Result<std::string> coordinateOf(const EVP_PKEY* key, const char* which) {
    BIGNUM* raw = nullptr;
    if (EVP_PKEY_get_bn_param(key, which, &raw) != 1)
        return failure(Errc::badKey, "the key has no public half");
    const BigNumber number(raw);
    std::array<unsigned char, coordinateSize> bytes;
    if (BN_bn2binpad(number.get(), bytes.data(), coordinateSize) != static_cast<int>(coordinateSize))
        return failure(Errc::badKey, "the key has no public half");
    return encodeUrl({reinterpret_cast<char*>(bytes.data()), bytes.size()});
}

struct PublicPoint {
    std::string x, y, id;
};

Result<PublicPoint> publicPointOf(const EVP_PKEY* key) {
    auto x = coordinateOf(key, OSSL_PKEY_PARAM_EC_PUB_X);
    if (!x)
        return std::unexpected(std::move(x.error()));
    auto y = coordinateOf(key, OSSL_PKEY_PARAM_EC_PUB_Y);
    if (!y)
        return std::unexpected(std::move(y.error()));
    const std::string canonical = R"({"crv":"P-256","kty":"EC","x":")" + *x + R"(","y":")" + *y + R"("})";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned size = 0;
    if (EVP_Digest(canonical.data(), canonical.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
        return failure(Errc::crypto, "cannot hash the key");
    std::string id = encodeUrl({reinterpret_cast<char*>(digest.data()), size});
    return PublicPoint{std::move(*x), std::move(*y), std::move(id)};
}

/// The signature as the two padded numbers the token carries, out of OpenSSL's DER.
Result<std::string> signBytes(EVP_PKEY* key, std::string_view text) {
    const auto* data = reinterpret_cast<const unsigned char*>(text.data());
    const DigestContext context(EVP_MD_CTX_new());
    std::array<unsigned char, 128> der;
    std::size_t size = der.size();
    if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
        EVP_DigestSign(context.get(), der.data(), &size, data, text.size()) != 1)
        return failure(Errc::crypto, "cannot sign");
    const unsigned char* at = der.data();
    const EcdsaSignature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
    std::array<unsigned char, 2 * coordinateSize> raw;
    if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw.data(), coordinateSize) < 0 ||
        BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw.data() + coordinateSize, coordinateSize) < 0)
        return failure(Errc::crypto, "cannot sign");
    return std::string(reinterpret_cast<char*>(raw.data()), raw.size());
}

bool signatureFits(EVP_PKEY* key, std::string_view text, std::string_view raw) {
    if (raw.size() != 2 * coordinateSize)
        return false;
    const auto* numbers = reinterpret_cast<const unsigned char*>(raw.data());
    const EcdsaSignature signature(ECDSA_SIG_new());
    BigNumber r(BN_bin2bn(numbers, coordinateSize, nullptr)),
        s(BN_bin2bn(numbers + coordinateSize, coordinateSize, nullptr));
    if (!signature || !r || !s || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1)
        return false;
    r.release(), s.release();
    std::array<unsigned char, 128> der;
    unsigned char* end = der.data();
    const int size = i2d_ECDSA_SIG(signature.get(), &end);
    const DigestContext context(EVP_MD_CTX_new());
    return size > 0 && context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
           EVP_DigestVerify(context.get(), der.data(), static_cast<std::size_t>(size),
                            reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

bool headerAccepted(const std::string& header) {
    boost::system::error_code failed;
    const boost::json::value value = boost::json::parse(header, failed);
    if (failed || !value.is_object())
        return false;
    const auto& members = value.as_object();
    const auto* algorithm = members.if_contains("alg");
    // "crit" names extensions that must be understood (RFC 7515, 4.1.11); none are.
    return algorithm && algorithm->is_string() && algorithm->as_string() == "ES256" && !members.contains("crit");
}

std::unexpected<Error> refuse(const char* why) {
    return std::unexpected(Error{Errc::badToken, why});
}

} // namespace

Result<std::string> signToken(const std::string& keyPem, std::string_view claimsJson) {
    const auto key = tokenKey(keyPem, false);
    if (!key)
        return std::unexpected(key.error());
    const auto point = publicPointOf(key->get());
    if (!point)
        return std::unexpected(point.error());
    std::string token =
        encodeUrl(R"({"alg":"ES256","kid":")" + point->id + R"(","typ":"JWT"})") + "." + encodeUrl(claimsJson);
    return signBytes(key->get(), token).transform([&](const std::string& signature) {
        return token + "." + encodeUrl(signature);
    });
}

Result<std::string> verifyToken(const std::string& keyPem, std::string_view token) {
    const auto key = tokenKey(keyPem, true);
    if (!key)
        return std::unexpected(key.error());
    if (token.size() > maxTokenSize)
        return refuse("the token is too long");
    const std::size_t first = token.find('.'), last = token.rfind('.');
    if (first == token.npos || first == last || token.find('.', first + 1) != last)
        return refuse("the token does not have three parts");
    const auto header = decodeUrl(token.substr(0, first));
    auto claims = decodeUrl(token.substr(first + 1, last - first - 1));
    const auto signature = decodeUrl(token.substr(last + 1));
    if (!header || !claims || !signature)
        return refuse("the token is not base64url");
    if (!headerAccepted(*header))
        return refuse("the token's header is not accepted");
    if (!signatureFits(key->get(), token.substr(0, last), *signature)) {
        [[maybe_unused]] const auto cleared = failure(Errc::badToken, "");
        return refuse("the token's signature does not fit");
    }
    return std::move(*claims);
}

Result<std::string> publicKeySet(const std::string& keyPem) {
    const auto key = tokenKey(keyPem, true);
    if (!key)
        return std::unexpected(key.error());
    return publicPointOf(key->get()).transform([](const PublicPoint& point) {
        const boost::json::object jwk{{"use", "sig"},   {"kty", "EC"},  {"kid", point.id}, {"crv", "P-256"},
                                      {"alg", "ES256"}, {"x", point.x}, {"y", point.y}};
        return boost::json::serialize(boost::json::object{{"keys", boost::json::array{jwk}}});
    });
}

} // namespace slipway::pki
