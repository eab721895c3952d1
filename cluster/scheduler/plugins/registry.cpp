#include "cluster/scheduler/cycle.h"
#include "cluster/scheduler/plugins/plugins.h"

#include <array>

namespace slipway::scheduler::plugins {
namespace {

using PodAndNodeFilter = void (*)(const PodInfo&, const NodeInfo&, std::vector<std::string>&);
using PodAndNodeScore = double (*)(const PodInfo&, const NodeInfo&);

/// Plugins that need nothing but the pod and the node.
template <PodAndNodeFilter filter>
void simple(const Cycle& cycle, const NodeInfo& node, std::vector<std::string>& reasons) {
    filter(cycle.pod, node, reasons);
}
template <PodAndNodeScore score> double simpleScore(const Cycle& cycle, const NodeInfo& node) {
    return score(cycle.pod, node);
}

void volumes(const Cycle& cycle, const NodeInfo& node, std::vector<std::string>& reasons) {
    cycle.volumes.filter(node, reasons);
}
void spread(const Cycle& cycle, const NodeInfo& node, std::vector<std::string>& reasons) {
    cycle.spread.filter(node, reasons);
}
void podAffinity(const Cycle& cycle, const NodeInfo& node, std::vector<std::string>& reasons) {
    cycle.affinity.filter(node, reasons);
}

double spreadScore(const Cycle& cycle, const NodeInfo& node) {
    // Without a wish of its own a workload's pods still spread, as by kube-scheduler's default constraints.
    return cycle.spread.hasWishes() ? cycle.spread.crowd(node) : ownerSpread(cycle.pod, node);
}
double podAffinityScore(const Cycle& cycle, const NodeInfo& node) {
    return cycle.affinity.score(node);
}
double imageScore(const Cycle& cycle, const NodeInfo& node) {
    return imageLocality(cycle.pod, node, cycle.snapshot);
}

} // namespace

std::span<const FilterPlugin> filterPlugins() {
    static constexpr std::array<FilterPlugin, 9> list{{{"NodeUnschedulable", simple<nodeUnschedulable>, false},
                                                       {"NodeName", simple<nodeName>, false},
                                                       {"TaintToleration", simple<taintToleration>, false},
                                                       {"NodeAffinity", simple<nodeAffinity>, false},
                                                       {"NodePorts", simple<nodePorts>, true},
                                                       {"NodeResourcesFit", simple<nodeResourcesFit>, true},
                                                       {"VolumeBinding", volumes, false},
                                                       {"PodTopologySpread", spread, true},
                                                       {"InterPodAffinity", podAffinity, true}}};
    return list;
}

std::span<const ScorePlugin> scorePlugins() {
    using enum ScorePlugin::Scale;
    static constexpr std::array<ScorePlugin, 7> list{
        {{"TaintToleration", simpleScore<preferredTaints>, 3, lowestBest},
         {"NodeAffinity", simpleScore<preferredAffinity>, 2, highest},
         {"PodTopologySpread", spreadScore, 2, lowestBest},
         {"InterPodAffinity", podAffinityScore, 2, range},
         {"NodeResourcesFit", simpleScore<leastAllocated>, 1, none},
         {"NodeResourcesBalancedAllocation", simpleScore<balancedAllocation>, 1, none},
         {"ImageLocality", imageScore, 1, none}}};
    return list;
}

} // namespace slipway::scheduler::plugins
