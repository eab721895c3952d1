#include "cluster/scheduler/cycle.h"
#include "cluster/scheduler/plugins/plugins.h"

#include <algorithm>
#include <array>

namespace slipway::scheduler {
namespace plugins {
namespace {

bool always(const Cycle&) {
    return true;
}

// What stands in the tables: each plugin with what it needs of the cycle.

void unschedulable(const Cycle& cycle, const NodeInfo& node, const NodeLoad*, Reasons& reasons) {
    nodeUnschedulable(cycle.pod, node, reasons);
}
void name(const Cycle& cycle, const NodeInfo& node, const NodeLoad*, Reasons& reasons) {
    nodeName(cycle.pod, node, reasons);
}
void taints(const Cycle& cycle, const NodeInfo& node, const NodeLoad*, Reasons& reasons) {
    taintToleration(cycle.pod, node, reasons);
}
void affinity(const Cycle& cycle, const NodeInfo& node, const NodeLoad*, Reasons& reasons) {
    nodeAffinity(cycle.pod, cycle.profile, node, reasons);
}
void ports(const Cycle& cycle, const NodeInfo& node, const NodeLoad* expected, Reasons& reasons) {
    nodePorts(cycle.pod, node.load, reasons);
    if (expected != nullptr && reasons.empty())
        nodePorts(cycle.pod, *expected, reasons);
}
void fit(const Cycle& cycle, const NodeInfo& node, const NodeLoad* expected, Reasons& reasons) {
    nodeResourcesFit(cycle, node, node.load, expected, reasons);
}
void volumes(const Cycle& cycle, const NodeInfo& node, const NodeLoad*, Reasons& reasons) {
    cycle.volumes.filter(node, reasons);
}
void devices(const Cycle& cycle, const NodeInfo& node, const NodeLoad*, Reasons& reasons) {
    cycle.devices.filter(node, reasons);
}
void zones(const Cycle& cycle, const NodeInfo& node, const NodeLoad*, Reasons& reasons) {
    volumeZone(cycle.volumes.bound(), node, reasons);
}
void spread(const Cycle& cycle, const NodeInfo& node, const NodeLoad*, Reasons& reasons) {
    cycle.spread.filter(node, reasons);
}
void podAffinity(const Cycle& cycle, const NodeInfo& node, const NodeLoad*, Reasons& reasons) {
    cycle.affinity.filter(node, reasons);
}

bool isNamed(const Cycle& cycle) {
    return !cycle.pod.pod->spec->nodeName.empty();
}
bool isChoosy(const Cycle& cycle) {
    return choosesNodes(cycle.pod) || cycle.profile.addedAffinity;
}
bool hasPorts(const Cycle& cycle) {
    return !cycle.pod.hostPorts.empty();
}
bool hasClaims(const Cycle& cycle) {
    return !cycle.pod.traits->claims.empty();
}
bool hasDeviceClaims(const Cycle& cycle) {
    return cycle.devices.concerns();
}
bool hasPlacedVolumes(const Cycle& cycle) {
    return std::ranges::any_of(cycle.volumes.bound(), [](const auto& volume) { return saysWhereItIs(*volume); });
}
bool mustSpread(const Cycle& cycle) {
    return cycle.spread.hasRules();
}
bool hasAffinityRules(const Cycle& cycle) {
    return cycle.affinity.hasRules();
}

double taintScore(const Cycle& cycle, const NodeInfo& node) {
    return preferredTaints(cycle.pod, node);
}
double affinityScore(const Cycle& cycle, const NodeInfo& node) {
    return preferredAffinity(cycle.pod, cycle.profile, node);
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

bool someAvoided(const Cycle& cycle) {
    return cycle.snapshot.avoidedNodes() > 0;
}
bool hasNodePreferences(const Cycle& cycle) {
    const auto& own = cycle.pod.pod->spec->affinity;
    return (own && own->nodeAffinity && !own->nodeAffinity->preferredDuringSchedulingIgnoredDuringExecution.empty()) ||
           (cycle.profile.addedAffinity &&
            !cycle.profile.addedAffinity->preferredDuringSchedulingIgnoredDuringExecution.empty());
}
bool spreads(const Cycle& cycle) {
    return cycle.spread.hasWishes() ||
           (!cycle.profile.defaultConstraints && !cycle.pod.ownerUid.empty() && !cycle.spread.hasRules());
}
bool hasPodPreferences(const Cycle& cycle) {
    return cycle.affinity.hasPreferences();
}
bool imagesKnown(const Cycle& cycle) {
    return cycle.snapshot.knowsImages();
}

} // namespace

std::span<const FilterPlugin> filterPlugins() {
    static constexpr std::array<FilterPlugin, 11> list{
        {{"NodeUnschedulable", unschedulable, always, false, false, 0},
         {"NodeName", name, isNamed, false, false, 1},
         {"TaintToleration", taints, always, false, false, 2},
         {"NodeAffinity", affinity, isChoosy, false, false, 3},
         {"NodePorts", ports, hasPorts, true, false, 4},
         {"NodeResourcesFit", fit, always, true, false, 5},
         {"VolumeBinding", volumes, hasClaims, false, false, 6},
         {"VolumeZone", zones, hasPlacedVolumes, false, false, 9},
         {"PodTopologySpread", spread, mustSpread, true, true, 7},
         {"InterPodAffinity", podAffinity, hasAffinityRules, true, true, 8},
         {"DynamicResources", devices, hasDeviceClaims, false, false, 10}}};
    return list;
}

std::span<const ScorePlugin> scorePlugins() {
    using enum ScorePlugin::Scale;
    static constexpr std::array<ScorePlugin, 7> list{
        {{"TaintToleration", taintScore, someAvoided, 3, lowestBest},
         {"NodeAffinity", affinityScore, hasNodePreferences, 2, highest},
         {"PodTopologySpread", spreadScore, spreads, 2, lowestBest},
         {"InterPodAffinity", podAffinityScore, hasPodPreferences, 2, range},
         {"NodeResourcesFit", resourceStrategy, always, 1, none},
         {"NodeResourcesBalancedAllocation", balancedAllocation, always, 1, none},
         {"ImageLocality", imageScore, imagesKnown, 1, none}}};
    return list;
}

std::uint32_t filterBit(std::string_view name) {
    const auto found = std::ranges::find(filterPlugins(), name, &FilterPlugin::name);
    return found == filterPlugins().end() ? 0 : 1U << found->index;
}

} // namespace plugins

const Profile& defaultProfile() {
    static const Profile profile = [] {
        Profile made;
        for (const auto& plugin : plugins::filterPlugins())
            made.filters.push_back(&plugin);
        for (const auto& plugin : plugins::scorePlugins())
            made.scores.push_back({&plugin, plugin.weight});
        return made;
    }();
    return profile;
}

Cycle::Cycle(const PodInfo& forPod, const Snapshot& in, const Profile& by)
    : pod(forPod)
    , snapshot(in)
    , profile(by)
    , affinity(forPod, in, by)
    , spread(forPod, in, by)
    , volumes(forPod, in)
    , devices(forPod, in) {
    for (const auto& [resource, amount] : pod.requests.extended) {
        const std::string group = resource.substr(0, resource.find('/'));
        if (!by.ignoredResources.contains(resource) && !by.ignoredResourceGroups.contains(group))
            extended.push_back({resource, "Insufficient " + resource, amount});
    }
    for (const auto* plugin : by.filters)
        if (plugin->applies(*this))
            filters.push_back(plugin);
    for (const auto& score : by.scores)
        if (score.plugin->applies(*this))
            scores.push_back(score);
}

} // namespace slipway::scheduler
