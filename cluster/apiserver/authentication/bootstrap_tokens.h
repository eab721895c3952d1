#pragma once

#include "cluster/apiserver/request.h"
#include "cluster/apiserver/watch_cache.h"

#include <optional>
#include <string_view>

namespace slipway::apiserver::authentication {

/// The user of a bootstrap token ("abcdef.0123456789abcdef"), which is a secret of kube-system with the type
/// bootstrap.kubernetes.io/token; nothing when it is none, has expired, or is not for authentication.
/// Source: the Kubernetes documentation, "Authenticating with Bootstrap Tokens".
std::optional<User> userOfBootstrapToken(const WatchCache& cache, std::string_view token);

} // namespace slipway::apiserver::authentication
