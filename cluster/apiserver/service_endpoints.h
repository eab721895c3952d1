#pragma once

#include "cluster/api/status.h"
#include "cluster/apiserver/watch_cache.h"

#include <expected>

namespace slipway::apiserver {

/// Where an application answers.
struct Endpoint {
    std::string host;
    unsigned short port = 0;
};

/// One of the ready endpoints of a service, by chance. @p port is a port of the service by name or number; empty: the
/// port without a name. Errors, in Kubernetes' words: 404 without the service, 503 without such a port or endpoints.
std::expected<Endpoint, api::Status> chooseEndpoint(const WatchCache& cache, std::string_view ns,
                                                    std::string_view service, std::string_view port);

} // namespace slipway::apiserver
