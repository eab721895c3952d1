#pragma once

#include "cluster/scheduler/reasons.h"
#include "cluster/scheduler/snapshot.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::scheduler {
struct Cycle;
struct Profile;
} // namespace slipway::scheduler

/// The plugins of the scheduling framework: pure functions of one pod's cycle and one node.
namespace slipway::scheduler::plugins {

/// Appends why the node cannot take the pod; nothing when it can. @p expected is what pods that are still to come take
/// of the node, or null.
using Filter = void (*)(const Cycle& cycle, const NodeInfo& node, const NodeLoad* expected, Reasons& reasons);
/// How well the node suits the pod; the framework brings each plugin's scores to 0..100.
using Score = double (*)(const Cycle& cycle, const NodeInfo& node);
/// Whether the plugin has anything to do for the cycle's pod.
using Applies = bool (*)(const Cycle& cycle);

struct FilterPlugin {
    std::string_view name;
    Filter filter;
    Applies applies;
    /// Whether a refusal may go away when pods leave the node: preemption tries those nodes only.
    bool helpedByPreemption;
    /// Whether the answer depends on other pods in more ways than by what they take of this node.
    bool seesOtherPods;
    int index; ///< a number of its own, below 32
};

struct ScorePlugin {
    std::string_view name;
    Score score;
    Applies applies;
    int weight; ///< unless a profile says otherwise
    enum class Scale {
        none,       ///< is 0..100 already
        highest,    ///< the highest becomes 100
        lowestBest, ///< the lowest stays best: 0 becomes 100, the highest 0
        range       ///< the lowest becomes 0, the highest 100; may be negative
    } scale;
};

/// In the order they are asked; the first that refuses a node ends the questions for it.
std::span<const FilterPlugin> filterPlugins();
std::span<const ScorePlugin> scorePlugins();
/// The filter of that name; its bit in a set of plugins that refused a pod. 0 for others.
std::uint32_t filterBit(std::string_view name);

// node_state.cpp
void nodeUnschedulable(const PodInfo& pod, const NodeInfo& node, Reasons& reasons);
void nodeName(const PodInfo& pod, const NodeInfo& node, Reasons& reasons);
void nodePorts(const PodInfo& pod, const NodeLoad& load, Reasons& reasons);
double ownerSpread(const PodInfo& pod, const NodeInfo& node);
// taints.cpp
void taintToleration(const PodInfo& pod, const NodeInfo& node, Reasons& reasons);
double preferredTaints(const PodInfo& pod, const NodeInfo& node);
// node_affinity.cpp
void nodeAffinity(const PodInfo& pod, const Profile& profile, const NodeInfo& node, Reasons& reasons);
double preferredAffinity(const PodInfo& pod, const Profile& profile, const NodeInfo& node);
/// Whether the node is one of those that the pod's selector and required node affinity mean.
bool wantsNode(const PodInfo& pod, const NodeInfo& node);
/// Whether the pod is choosy about nodes at all.
bool choosesNodes(const PodInfo& pod);
// node_resources.cpp
void nodeResourcesFit(const Cycle& cycle, const NodeInfo& node, const NodeLoad& load, const NodeLoad* expected,
                      Reasons& reasons);
double resourceStrategy(const Cycle& cycle, const NodeInfo& node);
double balancedAllocation(const Cycle& cycle, const NodeInfo& node);
// volume_zone.cpp
/// Whether the volume has a label that says in which zone or region it is.
bool saysWhereItIs(const api::core_v1::PersistentVolume& volume);
/// A node that is in a zone must be in one that the volumes are in.
void volumeZone(std::span<const std::shared_ptr<const api::core_v1::PersistentVolume>> volumes, const NodeInfo& node,
                Reasons& reasons);
// image_locality.cpp
/// How much of the pod's images the node has already, spread images counting more (0..100).
double imageLocality(const PodInfo& pod, const NodeInfo& node, const Snapshot& snapshot);

/// Whether one of the tolerations accepts the taint.
bool tolerated(const std::vector<api::core_v1::Toleration>& tolerations, const api::core_v1::Taint& taint);
/// Whether the node is one that the selector means.
bool meetsSelector(const api::core_v1::NodeSelector& selector, const NodeInfo& node);

} // namespace slipway::scheduler::plugins
