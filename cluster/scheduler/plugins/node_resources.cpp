#include "cluster/scheduler/cycle.h"
#include "cluster/scheduler/plugins/plugins.h"

#include <algorithm>
#include <cmath>

namespace slipway::scheduler::plugins {
namespace {

constexpr double best = 100, shapeScale = 10; // the points of a shape count to ten

bool lacks(std::int64_t asked, std::int64_t offered, std::int64_t used) {
    return asked > 0 && asked > offered - used;
}

std::int64_t at(const Resources& amounts, const std::string& name) {
    const auto found = amounts.extended.find(name);
    return found == amounts.extended.end() ? 0 : found->second;
}

/// What there is of a resource on the node, and what would be taken of it with the pod.
struct Use {
    double taken = 0, offered = 0;
};

/// @p assumed: pods that ask for nothing count as small ones.
Use useOf(const std::string& resource, const PodInfo& pod, const NodeInfo& node, bool assumed) {
    const NodeLoad& load = node.load;
    if (resource == "cpu")
        return {double(assumed ? load.assumedMilliCpu + assumedMilliCpu(pod.requests)
                               : load.requested.milliCpu + pod.requests.milliCpu),
                double(node.allocatable.milliCpu)};
    if (resource == "memory")
        return {double(assumed ? load.assumedMemory + assumedMemory(pod.requests)
                               : load.requested.memory + pod.requests.memory),
                double(node.allocatable.memory)};
    if (resource == "ephemeral-storage")
        return {double(load.requested.ephemeralStorage + pod.requests.ephemeralStorage),
                double(node.allocatable.ephemeralStorage)};
    const std::int64_t asked = at(pod.requests, resource);
    if (asked == 0)
        return {}; // a pod that does not ask for it is not rated by it
    return {double(at(load.requested, resource) + asked), double(at(node.allocatable, resource))};
}

double onShape(const std::vector<std::pair<std::int64_t, std::int64_t>>& shape, double utilization) {
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const auto [x, y] = shape[i];
        if (utilization > double(x))
            continue;
        if (i == 0)
            return double(y) * shapeScale;
        const auto [before, score] = shape[i - 1];
        return (double(score) + double(y - score) * (utilization - double(before)) / double(x - before)) * shapeScale;
    }
    return shape.empty() ? 0 : double(shape.back().second) * shapeScale;
}

double rate(const ResourceStrategy& strategy, const Use& use) {
    switch (strategy.kind) {
    case ResourceStrategy::Kind::leastAllocated:
        return use.taken > use.offered ? 0 : best * (use.offered - use.taken) / use.offered;
    case ResourceStrategy::Kind::mostAllocated:
        return use.taken > use.offered ? best : best * use.taken / use.offered;
    case ResourceStrategy::Kind::requestedToCapacityRatio:
        break;
    }
    return onShape(strategy.shape, use.taken > use.offered ? best : best * use.taken / use.offered);
}

} // namespace

void nodeResourcesFit(const Cycle& cycle, const NodeInfo& node, const NodeLoad& load, const NodeLoad* expected,
                      Reasons& reasons) {
    static const NodeLoad none;
    const NodeLoad& more = expected == nullptr ? none : *expected;
    if (load.pods + more.pods + 1 > node.allowedPods)
        reasons.emplace_back("Too many pods");
    const Resources &asked = cycle.pod.requests, &offered = node.allocatable, &used = load.requested;
    if (lacks(asked.milliCpu, offered.milliCpu, used.milliCpu + more.requested.milliCpu))
        reasons.emplace_back("Insufficient cpu");
    if (lacks(asked.memory, offered.memory, used.memory + more.requested.memory))
        reasons.emplace_back("Insufficient memory");
    if (lacks(asked.ephemeralStorage, offered.ephemeralStorage,
              used.ephemeralStorage + more.requested.ephemeralStorage))
        reasons.emplace_back("Insufficient ephemeral-storage");
    for (const Cycle::Extended& one : cycle.extended)
        if (lacks(one.amount, at(offered, one.name), at(used, one.name) + at(more.requested, one.name)))
            reasons.emplace_back(one.reason);
}

double resourceStrategy(const Cycle& cycle, const NodeInfo& node) {
    double total = 0, weights = 0;
    for (const WeightedResource& resource : cycle.profile.fit.resources) {
        const Use use = useOf(resource.name, cycle.pod, node, true);
        if (use.offered <= 0)
            continue;
        total += rate(cycle.profile.fit, use) * double(resource.weight);
        weights += double(resource.weight);
    }
    return weights > 0 ? total / weights : 0;
}

double balancedAllocation(const Cycle& cycle, const NodeInfo& node) {
    double sum = 0, squares = 0, count = 0;
    for (const WeightedResource& resource : cycle.profile.balanced) {
        const Use use = useOf(resource.name, cycle.pod, node, true);
        if (use.offered <= 0)
            continue;
        const double share = std::min(1.0, use.taken / use.offered);
        sum += share;
        squares += share * share;
        ++count;
    }
    if (count < 2)
        return best;
    const double mean = sum / count;
    return best * (1 - std::sqrt(std::max(0.0, squares / count - mean * mean)));
}

} // namespace slipway::scheduler::plugins
