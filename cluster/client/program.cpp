#include "cluster/client/program.h"

#include "cluster/base/metrics.h"

#include <array>
#include <format>
#include <sys/utsname.h>

namespace slipway::client {
namespace {

constexpr std::array<double, 12> durationBounds{0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60};

/// The processor by the name container images have it.
std::string architecture() {
    utsname system{};
    uname(&system);
    const std::string_view machine = system.machine;
    return std::string(machine == "x86_64" ? "amd64" : machine == "aarch64" ? "arm64" : machine);
}

std::string& presentUserAgent() {
    static std::string text = userAgentOf("slipway");
    return text;
}

} // namespace

void setProgramName(std::string_view name) {
    presentUserAgent() = userAgentOf(name);
}

std::string userAgentOf(std::string_view program) {
    static const std::string machine = architecture();
    return std::format("{}/v{} (linux/{}) slipway/v{}", program, SLIPWAY_VERSION, machine, SLIPWAY_VERSION);
}

const std::string& userAgent() {
    return presentUserAgent();
}

void noteRequest(std::string_view host, std::string_view method, int code, std::chrono::steady_clock::duration took) {
    base::Metrics& metrics = base::Metrics::process();
    const std::string answered = code == 0 ? "<error>" : std::to_string(code), to(host), how(method);
    metrics
        .counter("rest_client_requests_total", "Requests to API servers, by answer.",
                 {{"code", answered}, {"host", to}, {"method", how}})
        .add();
    metrics
        .histogram("rest_client_request_duration_seconds", "How long API servers took to answer.", durationBounds,
                   {{"host", to}, {"verb", how}})
        .observe(std::chrono::duration<double>(took).count());
}

} // namespace slipway::client
