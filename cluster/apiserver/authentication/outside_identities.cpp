#include "cluster/apiserver/authentication/outside_identities.h"

#include "cluster/apiserver/authentication/claim_mapping.h"
#include "cluster/apiserver/authentication/issuer_keys.h"

#include <algorithm>
#include <chrono>
#include <format>

namespace slipway::apiserver::authentication {
namespace {

using api::Json;
using api::JsonObject;

constexpr std::int64_t leeway = 300; // seconds; of clocks, for what is to come

std::optional<std::int64_t> secondsAt(const JsonObject& claims, std::string_view claim) {
    const Json* found = claims.if_contains(claim);
    if (found != nullptr && found->is_int64())
        return found->get_int64();
    if (found != nullptr && found->is_double())
        return static_cast<std::int64_t>(found->get_double());
    return std::nullopt;
}

bool isFor(const JsonObject& claims, const std::vector<std::string>& audiences) {
    const auto wanted = [&](const Json& one) {
        return one.is_string() && std::ranges::find(audiences, api::view(one.get_string())) != audiences.end();
    };
    const Json* aud = claims.if_contains("aud");
    if (aud == nullptr)
        return false;
    return aud->is_array() ? std::ranges::any_of(aud->get_array(), wanted) : wanted(*aud);
}

std::expected<void, std::string> judgeTime(const JsonObject& claims) {
    const std::int64_t now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    const auto end = secondsAt(claims, "exp");
    if (!end || *end <= now)
        return std::unexpected("token is expired");
    if (const auto begin = secondsAt(claims, "nbf"); begin && *begin > now + leeway)
        return std::unexpected("token is not valid yet");
    return {};
}

} // namespace

struct OutsideIdentities::Issuer {
    Issuer(JwtIssuer about, ClaimMapping how) : config(std::move(about)), mapping(std::move(how)), keys(config) {}
    const JwtIssuer config;
    const ClaimMapping mapping;
    mutable IssuerKeys keys;
};

OutsideIdentities::OutsideIdentities() = default;
OutsideIdentities::~OutsideIdentities() = default;

std::expected<std::shared_ptr<OutsideIdentities>, std::string> OutsideIdentities::make(AuthenticationConfig config) {
    std::shared_ptr<OutsideIdentities> made(new OutsideIdentities);
    std::vector<ClaimMapping> mappings;
    for (const JwtIssuer& issuer : config.issuers) {
        auto mapping = ClaimMapping::compile(issuer);
        if (!mapping)
            return std::unexpected(std::format("jwt[{}].{}", mappings.size(), mapping.error()));
        mappings.push_back(std::move(*mapping));
    }
    for (std::size_t i = 0; i < mappings.size(); ++i)
        made->issuers_.push_back(std::make_unique<Issuer>(std::move(config.issuers[i]), std::move(mappings[i])));
    made->anonymous_ = config.anonymous.value_or(AnonymousRules());
    return made;
}

const OutsideIdentities::Issuer* OutsideIdentities::issuerOf(std::string_view token, std::string& keyId) const {
    if (issuers_.empty())
        return nullptr;
    const auto read = pki::readToken(token);
    const auto claims = read ? api::parseJson(read->claimsJson) : std::unexpected(api::JsonError());
    if (!claims)
        return nullptr;
    keyId = read->keyId;
    const auto found = std::ranges::find_if(
        issuers_, [&](const auto& issuer) { return issuer->config.url == api::stringAt(*claims, {"iss"}); });
    return found == issuers_.end() ? nullptr : found->get();
}

bool OutsideIdentities::mayWait(std::string_view token) const {
    std::string keyId;
    const Issuer* issuer = issuerOf(token, keyId);
    return issuer != nullptr && !issuer->keys.knows(keyId);
}

std::optional<std::expected<User, std::string>> OutsideIdentities::userOf(std::string_view token) const {
    std::string keyId;
    const Issuer* issuer = issuerOf(token, keyId);
    if (issuer == nullptr)
        return std::nullopt;
    const auto text = issuer->keys.verify(token, keyId);
    if (!text)
        return std::unexpected("oidc: verify token: " + text.error());
    const auto claims = api::parseJson(*text);
    if (!claims || !claims->is_object())
        return std::unexpected("oidc: the claims are no object");
    if (const auto inTime = judgeTime(claims->get_object()); !inTime)
        return std::unexpected("oidc: verify token: " + inTime.error());
    if (!isFor(claims->get_object(), issuer->config.audiences))
        return std::unexpected("oidc: verify token: expected audience in the token");
    auto user = issuer->mapping.userOf(claims->get_object());
    if (!user)
        return std::unexpected("oidc: " + user.error());
    if (std::ranges::find(user->groups, "system:authenticated") == user->groups.end())
        user->groups.emplace_back("system:authenticated");
    return user;
}

bool OutsideIdentities::admitsAnonymous(std::string_view target) const {
    const std::string_view path = target.substr(0, target.find('?'));
    return anonymous_.enabled &&
           (anonymous_.paths.empty() || std::ranges::find(anonymous_.paths, path) != anonymous_.paths.end());
}

} // namespace slipway::apiserver::authentication
