#pragma once

#include <chrono>
#include <string>
#include <string_view>

/// What a program says of itself to servers, and counts of its requests.
namespace slipway::client {

/// What this process is called: "slipway-agent". Before its first request; it is "slipway" otherwise.
void setProgramName(std::string_view name);

/// The User-Agent header of a program: "kube-scheduler/v0.1.0 (linux/amd64) slipway/v0.1.0".
std::string userAgentOf(std::string_view program);
/// That of this process.
const std::string& userAgent();

/// Notes a request for rest_client_requests_total and rest_client_request_duration_seconds. @p code 0: no answer came.
/// @p host: name and port. Thread-safe.
void noteRequest(std::string_view host, std::string_view method, int code, std::chrono::steady_clock::duration took);

} // namespace slipway::client
