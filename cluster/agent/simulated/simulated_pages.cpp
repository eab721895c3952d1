#include "cluster/agent/simulated/simulated_pages.h"

#include "cluster/agent/server/node_request.h"
#include "cluster/agent/stats/summary.h"
#include "cluster/base/time.h"

#include <cmath>
#include <format>

namespace slipway::agent {
namespace {

constexpr double swing = 0.2;                 // of a container's use around its mean
constexpr double swingSeconds = 300;          // one swing up and down
constexpr std::uint64_t nano = 1'000'000'000; // of a core

/// A use that goes up and down a little, each container in its own time.
UsageRate rateOf(const SimulatedPodUse& pod, const SimulatedLoad& load, WallTime now) {
    const double seconds = std::chrono::duration<double>(now.time_since_epoch()).count();
    const double phase = double(std::hash<std::string>()(pod.uid + load.container) % 628) / 100;
    const double factor = 1 + swing * std::sin(seconds / swingSeconds * 6.283 + phase);
    UsageRate rate;
    rate.rated = true;
    rate.nanoCores = static_cast<std::uint64_t>(double(load.milliCpu) * double(nano / 1000) * factor);
    rate.last.id = pod.uid + "/" + load.container;
    rate.last.name = load.container;
    rate.last.podUid = pod.uid;
    rate.last.at = now;
    rate.last.memoryWorkingSet = static_cast<std::uint64_t>(double(load.memoryBytes) * factor);
    rate.last.memoryUsage = rate.last.memoryRss = rate.last.memoryWorkingSet;
    return rate;
}

std::string summary(const std::string& node, const SimulatedPods& pods, const Capacity& capacity, WallTime now) {
    NodeStats stats;
    stats.name = node;
    stats.at = stats.startedAt = now;
    stats.capacity = capacity;
    stats.node.rated = true;
    stats.node.last.at = now;
    for (const SimulatedPodUse& use : pods.usesOf(node)) {
        PodStats pod;
        pod.uid = use.uid;
        pod.ns = use.ns;
        pod.name = use.name;
        pod.startedAt = now;
        for (const SimulatedLoad& load : use.containers) {
            ContainerStats container;
            container.usage = rateOf(use, load, now);
            container.startedAt = now;
            stats.node.nanoCores += container.usage.nanoCores;
            stats.node.last.memoryWorkingSet += container.usage.last.memoryWorkingSet;
            pod.containers.push_back(std::move(container));
        }
        stats.pods.push_back(std::move(pod));
    }
    stats.node.last.memoryUsage = stats.node.last.memoryWorkingSet;
    return statsSummary(stats);
}

} // namespace

std::optional<std::pair<std::string, std::string>> simulatedPage(const std::string& path, const SimulatedPods& pods,
                                                                 const Capacity& capacity, WallTime now) {
    const auto target = parseTarget(path);
    if (!target || target->path.size() < 3 || target->path[0] != "nodes")
        return {};
    const std::string &node = target->path[1], &what = target->path[2];
    if (what == "stats" && target->path.size() >= 4 && target->path[3] == "summary")
        return std::pair{"application/json", summary(node, pods, capacity, now)};
    if (what == "containerLogs" && target->path.size() == 6) {
        const std::string pod = target->path[3] + "/" + target->path[4];
        if (pods.hasContainer(node, pod, target->path[5]))
            return std::pair{"text/plain", std::format("{} is simulated: it runs nowhere, and says nothing else.\n",
                                                       target->path[5])};
    }
    return {};
}

} // namespace slipway::agent
