#include "cluster/scheduler/plugins/plugins.h"

#include <array>

namespace slipway::scheduler::plugins {

std::span<const FilterPlugin> filterPlugins() {
    static constexpr std::array<FilterPlugin, 6> list{{{"NodeUnschedulable", nodeUnschedulable},
                                                       {"NodeName", nodeName},
                                                       {"TaintToleration", taintToleration},
                                                       {"NodeAffinity", nodeAffinity},
                                                       {"NodePorts", nodePorts},
                                                       {"NodeResourcesFit", nodeResourcesFit}}};
    return list;
}

std::span<const ScorePlugin> scorePlugins() {
    using enum ScorePlugin::Scale;
    static constexpr std::array<ScorePlugin, 5> list{
        {{"TaintToleration", preferredTaints, 3, lowestBest},
         {"NodeAffinity", preferredAffinity, 2, highest},
         {"OwnerSpread", ownerSpread, 2, lowestBest},
         {"NodeResourcesFit", leastAllocated, 1, none},
         {"NodeResourcesBalancedAllocation", balancedAllocation, 1, none}}};
    return list;
}

} // namespace slipway::scheduler::plugins
