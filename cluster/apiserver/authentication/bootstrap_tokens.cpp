#include "cluster/apiserver/authentication/bootstrap_tokens.h"

#include "cluster/api/base64.h"
#include "cluster/apiserver/admission/cluster_state.h"
#include "cluster/apiserver/authentication/static_tokens.h"
#include "cluster/base/time.h"

#include <algorithm>

namespace slipway::apiserver::authentication {
namespace {

constexpr std::size_t idSize = 6, secretSize = 16;

bool isWord(std::string_view text, std::size_t size) {
    return text.size() == size &&
           std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

std::string valueOf(const api::JsonObject& secret, std::string_view key) {
    return api::decodeBase64(api::stringAt(secret, {"data", key})).value_or("");
}

} // namespace

std::optional<User> userOfBootstrapToken(const WatchCache& cache, std::string_view token) {
    const std::size_t dot = token.find('.');
    if (dot == token.npos || !isWord(token.substr(0, dot), idSize) || !isWord(token.substr(dot + 1), secretSize))
        return {};
    const std::string id(token.substr(0, dot));
    const auto secret =
        admission::ClusterState(cache, nullptr).find("", "secrets", "kube-system", "bootstrap-token-" + id);
    if (!secret || api::stringAt(*secret, {"type"}) != "bootstrap.kubernetes.io/token" ||
        api::find(*secret, {"metadata", "deletionTimestamp"}) != nullptr || valueOf(*secret, "token-id") != id ||
        !sameSecret(token.substr(dot + 1), valueOf(*secret, "token-secret")) ||
        valueOf(*secret, "usage-bootstrap-authentication") != "true")
        return {};
    if (const std::string end = valueOf(*secret, "expiration"); !end.empty()) {
        const auto time = base::parseTime(end);
        if (!time || *time <= std::chrono::system_clock::now())
            return {};
    }
    User user;
    user.name = "system:bootstrap:" + id;
    user.groups = {"system:bootstrappers"};
    std::string extra = valueOf(*secret, "auth-extra-groups");
    for (std::string_view rest = extra; !rest.empty();) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        if (const std::string_view group = rest.substr(0, end); group.starts_with("system:bootstrappers:"))
            user.groups.emplace_back(group);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    user.groups.emplace_back("system:authenticated");
    return user;
}

} // namespace slipway::apiserver::authentication
