#pragma once

#include "cluster/scheduler/snapshot.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The plugins of the scheduling framework: pure functions of one pod and one node.
namespace slipway::scheduler::plugins {

/// Appends why the node cannot take the pod, in Kubernetes' words; nothing when it can.
using Filter = void (*)(const PodInfo& pod, const NodeInfo& node, std::vector<std::string>& reasons);
/// How well the node suits the pod, 0 and up; the framework brings each plugin's scores to 0..100.
using Score = double (*)(const PodInfo& pod, const NodeInfo& node);

struct FilterPlugin {
    std::string_view name;
    Filter filter;
};

struct ScorePlugin {
    std::string_view name;
    Score score;
    int weight;
    enum class Scale {
        none,      ///< is 0..100 already
        highest,   ///< the highest becomes 100
        lowestBest ///< the lowest becomes 100, the highest 0
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

/// Whether one of the tolerations accepts the taint.
bool tolerated(const std::vector<api::core_v1::Toleration>& tolerations, const api::core_v1::Taint& taint);

} // namespace slipway::scheduler::plugins
