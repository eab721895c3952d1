#include "cluster/agent/node/runtime_view.h"

namespace slipway::agent {
namespace {

constexpr auto patience = std::chrono::seconds(30);

} // namespace

RuntimeView::Seen RuntimeView::look(std::chrono::steady_clock::time_point now) {
    auto health = runtime_.health();
    const bool ready = health && health->runtimeReady;
    if (!ready && wasReady_ && now - readyAt_ <= patience)
        return *wasReady_;
    Seen seen;
    seen.health =
        health ? *health : RuntimeHealth{false, false, "container runtime is unreachable: " + health.error().message};
    seen.version = runtime_.version().value_or(RuntimeVersion{"containerd", "unknown"});
    seen.images = runtime_.listImages().value_or(std::vector<ImageInfo>());
    if (ready) {
        wasReady_ = seen;
        readyAt_ = now;
    } else {
        wasReady_.reset();
    }
    return seen;
}

} // namespace slipway::agent
