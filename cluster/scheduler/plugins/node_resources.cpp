#include "cluster/scheduler/plugins/plugins.h"

#include <algorithm>
#include <cmath>

namespace slipway::scheduler::plugins {
namespace {

// What a pod that asks for nothing is taken to need, so that such pods spread too (as kube-scheduler does).
constexpr std::int64_t assumedMilliCpu = 100, assumedMemory = 200LL * 1024 * 1024;

double share(std::int64_t used, std::int64_t offered) {
    return offered <= 0 ? 1 : std::min(1.0, double(used) / double(offered));
}

double cpuShare(const PodInfo& pod, const NodeInfo& node) {
    const std::int64_t asked = pod.requests.milliCpu > 0 ? pod.requests.milliCpu : assumedMilliCpu;
    return share(node.requested.milliCpu + asked, node.allocatable.milliCpu);
}

double memoryShare(const PodInfo& pod, const NodeInfo& node) {
    const std::int64_t asked = pod.requests.memory > 0 ? pod.requests.memory : assumedMemory;
    return share(node.requested.memory + asked, node.allocatable.memory);
}

bool lacks(std::int64_t asked, std::int64_t offered, std::int64_t used) {
    return asked > 0 && asked > offered - used;
}

} // namespace

void nodeResourcesFit(const PodInfo& pod, const NodeInfo& node, std::vector<std::string>& reasons) {
    if (node.pods() + 1 > node.allowedPods)
        reasons.emplace_back("Too many pods");
    const Resources &asked = pod.requests, &offered = node.allocatable, &used = node.requested;
    if (lacks(asked.milliCpu, offered.milliCpu, used.milliCpu))
        reasons.emplace_back("Insufficient cpu");
    if (lacks(asked.memory, offered.memory, used.memory))
        reasons.emplace_back("Insufficient memory");
    if (lacks(asked.ephemeralStorage, offered.ephemeralStorage, used.ephemeralStorage))
        reasons.emplace_back("Insufficient ephemeral-storage");
    const auto at = [](const Resources& amounts, const std::string& name) {
        const auto found = amounts.extended.find(name);
        return found == amounts.extended.end() ? 0 : found->second;
    };
    for (const auto& [name, amount] : asked.extended)
        if (lacks(amount, at(offered, name), at(used, name)))
            reasons.push_back("Insufficient " + name);
}

double leastAllocated(const PodInfo& pod, const NodeInfo& node) {
    return 100 * (2 - cpuShare(pod, node) - memoryShare(pod, node)) / 2;
}

double balancedAllocation(const PodInfo& pod, const NodeInfo& node) {
    return 100 * (1 - std::abs(cpuShare(pod, node) - memoryShare(pod, node)) / 2);
}

} // namespace slipway::scheduler::plugins
