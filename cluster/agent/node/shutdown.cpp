#include "cluster/agent/node/shutdown.h"

#include "cluster/agent/pod/critical.h"

#include <algorithm>
#include <thread>

namespace slipway::agent {
namespace {

using std::chrono::seconds;

void endGroup(Pods& pods, bool critical, seconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (const auto& pod : pods.active())
        if (hasCriticalPriority(*pod) == critical)
            pods.fail(pod->metadata.uid,
                      {"Terminated", "Pod was terminated in response to imminent node shutdown.", limit, true});
    const auto left = [&] {
        return std::ranges::any_of(pods.active(),
                                   [&](const auto& pod) { return hasCriticalPriority(*pod) == critical; });
    };
    while (left() && std::chrono::steady_clock::now() < deadline + seconds(1))
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

} // namespace

void endPods(Pods& pods, seconds limit) {
    endGroup(pods, false, limit - limit / 3);
    endGroup(pods, true, limit / 3);
}

} // namespace slipway::agent
