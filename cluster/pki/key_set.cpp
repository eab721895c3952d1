#include "cluster/pki/jose.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

/// Key sets of others (RFC 7517), and tokens signed with their keys.
namespace slipway::pki {

namespace {

namespace json = boost::json;
using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, Deleter<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Deleter<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;

std::string_view textAt(const json::object& object, const char* member) {
    const json::value* found = object.if_contains(member);
    return found != nullptr && found->is_string()
               ? std::string_view(found->get_string().data(), found->get_string().size())
               : std::string_view();
}

Key made(const char* type, OSSL_PARAM_BLD* builder) {
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
        return nullptr;
    return Key(key);
}

BigNumber numberIn(const json::object& jwk, const char* member) {
    const auto bytes = decodeUrl(textAt(jwk, member));
    return bytes && !bytes->empty() ? BigNumber(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes->data()),
                                                          static_cast<int>(bytes->size()), nullptr))
                                    : nullptr;
}

Key rsaKey(const json::object& jwk) {
    const BigNumber n = numberIn(jwk, "n"), e = numberIn(jwk, "e");
    const ParameterBuilder builder(OSSL_PARAM_BLD_new());
    if (!n || !e || !builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
        return nullptr;
    return made("RSA", builder.get());
}

Key curveKey(const json::object& jwk) {
    const std::string curve(textAt(jwk, "crv"));
    const auto x = decodeUrl(textAt(jwk, "x")), y = decodeUrl(textAt(jwk, "y"));
    if (!x || !y || x->empty() || x->size() != y->size())
        return nullptr;
    const std::string point = '\x04' + *x + *y; // uncompressed
    const ParameterBuilder builder(OSSL_PARAM_BLD_new());
    if (!builder || OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.c_str(), 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1)
        return nullptr;
    return made("EC", builder.get());
}

} // namespace

struct KeySet::Entry {
    std::string id, algorithm;
    Key key;
};

KeySet::KeySet() = default;
KeySet::KeySet(KeySet&&) noexcept = default;
KeySet& KeySet::operator=(KeySet&&) noexcept = default;
KeySet::~KeySet() = default;

Result<KeySet> KeySet::parse(std::string_view text) {
    boost::system::error_code failed;
    const json::value document = json::parse(text, failed);
    const json::object* object = failed ? nullptr : document.if_object();
    const json::value* list = object != nullptr ? object->if_contains("keys") : nullptr;
    if (list == nullptr || !list->is_array())
        return std::unexpected(Error{Errc::badKey, "not a key set"});
    KeySet set;
    for (const json::value& one : list->get_array()) {
        const json::object* jwk = one.if_object();
        // Keys for other purposes, and of kinds unknown here, are passed over (RFC 7517, 5).
        if (jwk == nullptr || (jwk->contains("use") && textAt(*jwk, "use") != "sig"))
            continue;
        Key key = textAt(*jwk, "kty") == "RSA" ? rsaKey(*jwk) : textAt(*jwk, "kty") == "EC" ? curveKey(*jwk) : nullptr;
        if (key)
            set.entries_.push_back(std::make_unique<Entry>(
                Entry{std::string(textAt(*jwk, "kid")), std::string(textAt(*jwk, "alg")), std::move(key)}));
        else [[maybe_unused]]
            const auto cleared = failure(Errc::badKey, "");
    }
    return set;
}

bool KeySet::has(std::string_view keyId) const {
    return std::ranges::any_of(entries_, [&](const auto& entry) { return entry->id == keyId; });
}

Result<std::string> KeySet::verify(std::string_view token, const std::vector<std::string>& algorithms) const {
    auto parts = takeApart(token);
    if (!parts)
        return std::unexpected(parts.error());
    if (std::ranges::find(algorithms, parts->algorithm->name) == algorithms.end())
        return std::unexpected(Error{Errc::badToken, "the token is signed with an algorithm that is not accepted"});
    for (const auto& entry : entries_) {
        if (!parts->keyId.empty() && entry->id != parts->keyId)
            continue;
        if (!entry->algorithm.empty() && entry->algorithm != parts->algorithm->name)
            continue;
        if (signatureFits(entry->key.get(), *parts->algorithm, parts->signedText, parts->signature))
            return std::move(parts->claims);
    }
    return std::unexpected(Error{Errc::badToken, "failed to verify id token signature"});
}

Result<TokenView> readToken(std::string_view token) {
    auto parts = takeApart(token);
    if (!parts)
        return std::unexpected(parts.error());
    return TokenView{std::move(parts->claims), std::move(parts->keyId)};
}

} // namespace slipway::pki
