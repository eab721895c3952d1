#include "cluster/apiserver/authentication/verified_tokens.h"

#include "cluster/pki/pki.h"

namespace slipway::apiserver::authentication {
namespace {

constexpr std::size_t mostTokens = 1024, longestToken = 8 << 10;

} // namespace

VerifiedTokens& VerifiedTokens::process() {
    static VerifiedTokens tokens;
    return tokens;
}

std::shared_ptr<const api::JsonObject> VerifiedTokens::claimsOf(const std::string& keyPem, std::string_view token) {
    // A hash is enough to tell the few keys of one process apart.
    const std::string id =
        std::to_string(std::hash<std::string>()(keyPem)) + ' ' + std::string(token.substr(0, longestToken));
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = known_.find(id); found != known_.end() && token.size() <= longestToken)
            return found->second;
    }
    const auto text = pki::verifyToken(keyPem, token);
    auto parsed = text ? api::parseJson(*text) : std::unexpected(api::JsonError());
    if (!parsed || !parsed->is_object())
        return nullptr;
    auto claims = std::make_shared<const api::JsonObject>(std::move(parsed->get_object()));
    if (token.size() > longestToken)
        return claims;
    const std::lock_guard lock(mutex_);
    if (known_.size() >= mostTokens)
        known_.clear();
    known_.emplace(id, claims);
    return claims;
}

} // namespace slipway::apiserver::authentication
