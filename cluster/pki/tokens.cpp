#include "cluster/pki/jose.h"

#include <algorithm>

/// JSON web tokens in compact form (RFC 7515, 7.1), signed with a key of the server's own.
namespace slipway::pki {
namespace {

/// The keys of a text, one after another.
std::vector<std::string_view> keysIn(std::string_view pem) {
    constexpr std::string_view begin = "-----BEGIN ", end = "-----END ";
    std::vector<std::string_view> list;
    for (std::size_t at = pem.find(begin); at != pem.npos; at = pem.find(begin, at)) {
        const std::size_t last = pem.find(end, at);
        const std::size_t next = last == pem.npos ? pem.size() : std::min(pem.find('\n', last), pem.size());
        list.push_back(pem.substr(at, next - at));
        at = next;
    }
    if (list.empty())
        list.push_back(pem); // to be refused by who reads it
    return list;
}

} // namespace

Result<std::string> signToken(const std::string& keyPem, std::string_view claimsJson) {
    const auto key = parseKey(keyPem, false);
    if (!key)
        return std::unexpected(key.error());
    std::string id;
    if (const auto jwk = printJwk(key->get(), &id); !jwk)
        return std::unexpected(jwk.error());
    const Algorithm& algorithm = *algorithmOf(key->get());
    std::string token =
        encodeUrl(R"({"alg":")" + std::string(algorithm.name) + R"(","kid":")" + id + R"(","typ":"JWT"})") + "." +
        encodeUrl(claimsJson);
    return signBytes(key->get(), algorithm, token).transform([&](const std::string& signature) {
        return token + "." + encodeUrl(signature);
    });
}

Result<std::string> verifyToken(const std::string& keyPem, std::string_view token) {
    auto parts = takeApart(token);
    if (!parts)
        return std::unexpected(parts.error());
    for (const std::string_view pem : keysIn(keyPem)) {
        const auto key = parseKey(pem, true);
        if (!key)
            return std::unexpected(key.error());
        if (parts->algorithm == algorithmOf(key->get()) &&
            signatureFits(key->get(), *parts->algorithm, parts->signedText, parts->signature))
            return std::move(parts->claims);
    }
    return std::unexpected(Error{Errc::badToken, "the token's signature does not fit"});
}

Result<std::string> publicKeySet(const std::string& keyPem) {
    std::string list;
    for (const std::string_view pem : keysIn(keyPem)) {
        const auto key = parseKey(pem, true);
        if (!key)
            return std::unexpected(key.error());
        const auto jwk = printJwk(key->get());
        if (!jwk)
            return std::unexpected(jwk.error());
        list += (list.empty() ? "" : ",") + *jwk;
    }
    return R"({"keys":[)" + list + "]}";
}

std::vector<std::string> tokenAlgorithms(const std::string& keyPem) {
    std::vector<std::string> list;
    for (const std::string_view pem : keysIn(keyPem))
        if (const auto key = parseKey(pem, true))
            if (const Algorithm* algorithm = algorithmOf(key->get());
                algorithm != nullptr && std::ranges::find(list, algorithm->name) == list.end())
                list.emplace_back(algorithm->name);
    return list;
}

} // namespace slipway::pki
