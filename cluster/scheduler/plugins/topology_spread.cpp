#include "cluster/scheduler/plugins/topology_spread.h"

#include "cluster/api/selectors.h"
#include "cluster/scheduler/plugins/affinity_terms.h"
#include "cluster/scheduler/plugins/plugins.h"

#include <algorithm>
#include <cmath>

namespace slipway::scheduler::plugins {
namespace {

bool toleratesNode(const PodInfo& pod, const NodeInfo& node) {
    std::vector<std::string> reasons;
    taintToleration(pod, node, reasons);
    return reasons.empty();
}

bool wantsNode(const PodInfo& pod, const NodeInfo& node) {
    std::vector<std::string> reasons;
    nodeAffinity(pod, node, reasons);
    return reasons.empty();
}

} // namespace

SpreadState::SpreadState(const PodInfo& pod, const Snapshot& snapshot) {
    if (!pod.pod || !pod.pod->spec)
        return;
    const auto& labels = pod.traits->labels;
    for (const auto& wanted : pod.pod->spec->topologySpreadConstraints) {
        Constraint constraint;
        constraint.topologyKey = wanted.topologyKey;
        if (wanted.labelSelector)
            constraint.selector = withLabelKeys(*wanted.labelSelector, wanted.matchLabelKeys, labels);
        constraint.maxSkew = wanted.maxSkew;
        constraint.minDomains = wanted.minDomains.value_or(1);
        constraint.honorsAffinity = wanted.nodeAffinityPolicy != "Ignore";
        constraint.honorsTaints = wanted.nodeTaintsPolicy == "Honor";
        constraint.meansItself = wanted.labelSelector && api::matches(constraint.selector, labels);
        (wanted.whenUnsatisfiable == "ScheduleAnyway" ? wishes_ : required_).push_back(std::move(constraint));
    }
    countPods(pod, snapshot, required_);
    countPods(pod, snapshot, wishes_);
}

void SpreadState::countPods(const PodInfo& pod, const Snapshot& snapshot, std::vector<Constraint>& constraints) {
    if (constraints.empty())
        return;
    for (const auto& [name, node] : snapshot.nodes()) {
        // A node without one of the labels is in no domain of any constraint.
        if (!node.present || !std::ranges::all_of(constraints, [&](const Constraint& constraint) {
                return node.labels.contains(constraint.topologyKey);
            }))
            continue;
        for (Constraint& constraint : constraints) {
            if ((constraint.honorsAffinity && !wantsNode(pod, node)) ||
                (constraint.honorsTaints && !toleratesNode(pod, node)))
                continue;
            auto& count = constraint.counts[node.labels.at(constraint.topologyKey)];
            for (const PlacedPod* placed : node.placed)
                count += !placed->leaving && placed->traits->ns == pod.traits->ns &&
                         api::matches(constraint.selector, placed->traits->labels);
        }
    }
    for (Constraint& constraint : constraints) {
        if (constraint.counts.size() < std::size_t(constraint.minDomains))
            continue; // too few domains: the emptiest is taken to hold none
        constraint.least =
            std::ranges::min_element(constraint.counts, {}, [](const auto& entry) { return entry.second; })->second;
    }
}

void SpreadState::filter(const NodeInfo& node, std::vector<std::string>& reasons) const {
    for (const Constraint& constraint : required_) {
        const auto label = node.labels.find(constraint.topologyKey);
        if (label == node.labels.end()) {
            reasons.emplace_back("node(s) didn't match pod topology spread constraints (missing required label)");
            return;
        }
        const auto count = constraint.counts.find(label->second);
        const std::int64_t present = count == constraint.counts.end() ? 0 : count->second;
        if (present + constraint.meansItself - constraint.least > constraint.maxSkew) {
            reasons.emplace_back("node(s) didn't match pod topology spread constraints");
            return;
        }
    }
}

double SpreadState::crowd(const NodeInfo& node) const {
    double total = 0;
    for (const Constraint& constraint : wishes_) {
        const auto label = node.labels.find(constraint.topologyKey);
        if (label == node.labels.end())
            continue;
        const auto count = constraint.counts.find(label->second);
        // Labels with few domains weigh less, so that many hosts do not drown a few zones.
        total += double(count == constraint.counts.end() ? 0 : count->second) *
                     std::log(double(constraint.counts.size()) + 2) +
                 constraint.maxSkew - 1;
    }
    return total;
}

} // namespace slipway::scheduler::plugins
