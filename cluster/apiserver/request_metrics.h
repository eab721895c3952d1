#pragma once

#include "cluster/apiserver/request.h"
#include "cluster/apiserver/watch_cache.h"

#include <chrono>

namespace slipway::apiserver {

/// Notes a request that was answered with @p code (0: a stream began) for /metrics. Thread-safe.
void noteRequest(const RequestInfo& info, const std::string& method, int code,
                 std::chrono::steady_clock::duration took);

/// Counts a request as being worked on while it lives.
class RequestInFlight {
public:
    explicit RequestInFlight(const std::string& method);
    ~RequestInFlight();
    RequestInFlight(const RequestInFlight&) = delete;
    RequestInFlight& operator=(const RequestInFlight&) = delete;

private:
    bool mutating_;
};

/// The text of /metrics: the process' figures and how many objects of each kind are stored.
std::string metricsText(const WatchCache& cache);

} // namespace slipway::apiserver
