#pragma once

#include "cluster/scheduler/snapshot.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::scheduler {
struct Cycle;
}

/// The plugins of the scheduling framework: pure functions of one pod's cycle and one node.
namespace slipway::scheduler::plugins {

/// Appends why the node cannot take the pod, in Kubernetes' words; nothing when it can.
using Filter = void (*)(const Cycle& cycle, const NodeInfo& node, std::vector<std::string>& reasons);
/// How well the node suits the pod; the framework brings each plugin's scores to 0..100.
using Score = double (*)(const Cycle& cycle, const NodeInfo& node);

struct FilterPlugin {
    std::string_view name;
    Filter filter;
    /// Whether a refusal may go away when pods leave the node: preemption tries those nodes only.
    bool helpedByPreemption;
};

struct ScorePlugin {
    std::string_view name;
    Score score;
    int weight;
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

void nodeUnschedulable(const PodInfo& pod, const NodeInfo& node, std::vector<std::string>& reasons);
void nodeName(const PodInfo& pod, const NodeInfo& node, std::vector<std::string>& reasons);
void taintToleration(const PodInfo& pod, const NodeInfo& node, std::vector<std::string>& reasons);
void nodeAffinity(const PodInfo& pod, const NodeInfo& node, std::vector<std::string>& reasons);
void nodePorts(const PodInfo& pod, const NodeInfo& node, std::vector<std::string>& reasons);
void nodeResourcesFit(const PodInfo& pod, const NodeInfo& node, std::vector<std::string>& reasons);

double leastAllocated(const PodInfo& pod, const NodeInfo& node);
double balancedAllocation(const PodInfo& pod, const NodeInfo& node);
double ownerSpread(const PodInfo& pod, const NodeInfo& node);
double preferredTaints(const PodInfo& pod, const NodeInfo& node);
double preferredAffinity(const PodInfo& pod, const NodeInfo& node);
/// How much of the pod's images the node has already, spread images counting more (0..100).
double imageLocality(const PodInfo& pod, const NodeInfo& node, const Snapshot& snapshot);

/// Whether one of the tolerations accepts the taint.
bool tolerated(const std::vector<api::core_v1::Toleration>& tolerations, const api::core_v1::Taint& taint);
/// Whether the node is one that the selector means.
bool meetsSelector(const api::core_v1::NodeSelector& selector, const NodeInfo& node);

} // namespace slipway::scheduler::plugins
