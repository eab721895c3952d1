#pragma once

#include "cluster/api/json.h"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace slipway::apiserver::authentication {

/// The claims of tokens whose signature was found to be right: a client sends the same token with every request, and
/// a signature costs more to check than most requests to answer. Whether the claims still hold is up to the caller.
/// Bounded: when it is full it begins anew. Thread-safe.
class VerifiedTokens {
public:
    /// The one of this process.
    static VerifiedTokens& process();

    /// The claims of a token signed with the key; null for any other.
    std::shared_ptr<const api::JsonObject> claimsOf(const std::string& keyPem, std::string_view token);

private:
    std::mutex mutex_;
    std::unordered_map<std::string, std::shared_ptr<const api::JsonObject>> known_; ///< by key and token
};

} // namespace slipway::apiserver::authentication
