#pragma once

#include "cluster/agent/runtime/runtime.h"

#include <chrono>
#include <optional>

namespace slipway::agent {

/// What the runtime says of itself. One that does not answer, or says that it is not ready, is taken for what it was
/// for thirty seconds more, as the kubelet does: when it is only restarted, the node must not lose its Ready condition,
/// and its pods theirs. One thread at a time.
class RuntimeView {
public:
    explicit RuntimeView(Runtime& runtime) : runtime_(runtime) {}

    struct Seen {
        RuntimeVersion version;
        RuntimeHealth health;
        std::vector<ImageInfo> images;
    };
    /// Asks the runtime.
    Seen look(std::chrono::steady_clock::time_point now);

private:
    Runtime& runtime_;
    std::optional<Seen> wasReady_;
    std::chrono::steady_clock::time_point readyAt_;
};

} // namespace slipway::agent
