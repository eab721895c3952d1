#include "cluster/apiserver/authentication.h"

#include "cluster/apiserver/authentication/bootstrap_tokens.h"
#include "cluster/apiserver/authentication/service_account_tokens.h"
#include "cluster/apiserver/json_lists.h"

#include <algorithm>
#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;

JsonArray words(const std::vector<std::string>& list) {
    JsonArray array;
    for (const std::string& word : list)
        array.emplace_back(word);
    return array;
}

/// The token of a request; empty when it has none.
std::string_view bearerOf(const Request& request) {
    constexpr std::string_view scheme = "bearer ";
    const std::string_view given = request.authorization;
    const bool bearer =
        given.size() > scheme.size() &&
        std::ranges::equal(given.substr(0, scheme.size()), scheme, {}, [](unsigned char c) { return std::tolower(c); });
    return bearer ? given.substr(scheme.size()) : std::string_view();
}

} // namespace

JsonObject userInfo(const User& user) {
    JsonObject info{{"username", user.name}};
    if (!user.uid.empty())
        info["uid"] = user.uid;
    info["groups"] = words(user.groups);
    for (const auto& [key, values] : user.extra)
        api::objectAt(info, {"extra"})[key] = words(values);
    return info;
}

std::expected<User, api::Status> Authentication::authenticate(const Request& request) const {
    if (request.trustedUser)
        return *request.trustedUser;
    if (!request.certificateUser.empty()) {
        User user{request.certificateUser, request.certificateGroups, {}, {}};
        user.groups.emplace_back("system:authenticated");
        return user;
    }
    if (const std::string_view token = bearerOf(request); !token.empty()) {
        auto owner = ownerOf(token, {});
        if (!owner)
            return std::unexpected(api::unauthorized());
        return std::move(owner->user);
    }
    if (!request.authorization.empty())
        return std::unexpected(api::unauthorized());
    if (const auto outside = outside_.load(); outside && !outside->admitsAnonymous(request.target))
        return std::unexpected(api::unauthorized());
    return User();
}

bool Authentication::mayWait(const Request& request) const {
    const auto outside = outside_.load();
    const std::string_view token = outside ? bearerOf(request) : std::string_view();
    return !token.empty() && outside->mayWait(token);
}

std::expected<Authentication::TokenOwner, std::string>
Authentication::ownerOf(std::string_view token, const std::vector<std::string>& audiences) const {
    const std::vector<std::string> wanted = audiences.empty() ? std::vector{issuer_} : audiences;
    const auto forServer = [&](User user) -> std::expected<TokenOwner, std::string> {
        // Tokens without audiences are good for this server alone.
        if (std::ranges::find(wanted, issuer_) == wanted.end())
            return std::unexpected("the token is for this server alone");
        return TokenOwner{std::move(user), {issuer_}};
    };
    if (auto user = staticTokens_.find(token))
        return forServer(std::move(*user));
    if (auto user = authentication::userOfBootstrapToken(cache_, token))
        return forServer(std::move(*user));
    if (const auto outside = outside_.load())
        if (auto user = outside->userOf(token); user) {
            if (!*user)
                return std::unexpected(user->error());
            return forServer(std::move(**user));
        }
    auto account = authentication::verifyAccountToken(cache_, key_, issuer_, token);
    if (!account)
        return std::unexpected("invalid bearer token");
    TokenOwner owner{std::move(account->user), {}};
    for (const std::string& audience : wanted)
        if (std::ranges::find(account->audiences, audience) != account->audiences.end())
            owner.audiences.push_back(audience);
    if (owner.audiences.empty())
        return std::unexpected(std::format("token audiences {} is invalid for the target audiences {}",
                                           api::printJson(words(account->audiences)), api::printJson(words(wanted))));
    return owner;
}

Answer Authentication::reviewToken(JsonObject review) const {
    const std::string token(api::stringAt(review, {"spec", "token"}));
    if (token.empty())
        return replyWith(api::badRequest("token is required for TokenReview in authentication"));
    const auto owner = ownerOf(token, textsAt(review, {"spec", "audiences"}));
    JsonObject status;
    if (owner) {
        status["authenticated"] = true;
        status["user"] = userInfo(owner->user);
        status["audiences"] = words(owner->audiences);
    } else {
        status["user"] = JsonObject();
        status["error"] = "[invalid bearer token, " + owner.error() + "]";
        if (owner.error() == "invalid bearer token")
            status["error"] = owner.error();
    }
    review["status"] = std::move(status);
    return replyWith(review, 201);
}

std::expected<JsonObject, api::Status> Authentication::issueToken(std::string_view ns, std::string_view account,
                                                                  std::string_view accountUid,
                                                                  JsonObject request) const {
    return authentication::issueAccountToken(cache_, key_, issuer_, {ns, account, accountUid}, std::move(request));
}

} // namespace slipway::apiserver
