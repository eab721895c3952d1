#include "cluster/scheduler/schedule.h"

#include "cluster/scheduler/framework.h"
#include "cluster/scheduler/plugins/plugins.h"

#include <algorithm>
#include <format>

namespace slipway::scheduler {
namespace {

using plugins::ScorePlugin;

void addScores(const ScorePlugin& plugin, const Cycle& cycle, const std::vector<const NodeInfo*>& nodes,
               std::vector<Decision::Rating>& ratings) {
    std::vector<double> scores;
    scores.reserve(nodes.size());
    for (const NodeInfo* node : nodes)
        scores.push_back(plugin.score(cycle, *node));
    const auto [least, most] = std::ranges::minmax(scores);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        double score = scores[i];
        if (plugin.scale == ScorePlugin::Scale::range) {
            score = most > least ? (score - least) * 100 / (most - least) : 0;
        } else if (plugin.scale != ScorePlugin::Scale::none) {
            score = most > 0 ? score * 100 / most : 0;
            if (plugin.scale == ScorePlugin::Scale::lowestBest)
                score = 100 - score;
        }
        ratings[i].score += score * plugin.weight;
    }
}

const NodeInfo* best(const std::vector<const NodeInfo*>& nodes, const std::vector<Decision::Rating>& ratings) {
    std::size_t chosen = 0;
    for (std::size_t i = 1; i < nodes.size(); ++i)
        if (ratings[i].score > ratings[chosen].score ||
            (ratings[i].score == ratings[chosen].score && nodes[i]->pods() < nodes[chosen]->pods()))
            chosen = i;
    return nodes[chosen];
}

void refuse(Decision& decision, Decision::Refusal refusal) {
    for (const std::string& reason : refusal.reasons)
        ++decision.refusalsByReason[reason];
    if (decision.refusals.size() < Decision::namedRefusals)
        decision.refusals.push_back(std::move(refusal));
}

} // namespace

Decision schedule(const PodInfo& pod, const Snapshot& snapshot) {
    const Cycle cycle(pod, snapshot);
    Decision decision;
    decision.nodeCount = snapshot.nodeCount();
    if (decision.nodeCount > 0 && !cycle.volumes.refusal().empty()) {
        decision.refusal = cycle.volumes.refusal();
        return decision;
    }
    std::vector<const NodeInfo*> fitting;
    for (const auto& [name, node] : snapshot.nodes()) {
        if (!node.present)
            continue;
        if (auto refusal = refusalOf(cycle, node))
            refuse(decision, {name, std::string(refusal->plugin), std::move(refusal->reasons)});
        else
            fitting.push_back(&node);
    }
    if (fitting.empty())
        return decision;
    for (const NodeInfo* node : fitting)
        decision.ratings.push_back({node->name, 0});
    if (fitting.size() > 1)
        for (const ScorePlugin& plugin : plugins::scorePlugins())
            addScores(plugin, cycle, fitting, decision.ratings);
    const NodeInfo& chosen = *best(fitting, decision.ratings);
    decision.node = chosen.name;
    decision.waitsForVolumes = cycle.volumes.hasUnbound();
    decision.volumes = cycle.volumes.choices(chosen);
    return decision;
}

std::string Decision::message() const {
    if (nodeCount == 0)
        return "no nodes available to schedule pods";
    if (!refusal.empty())
        return std::format("0/{} nodes are available: {}.", nodeCount, refusal);
    std::vector<std::string> parts;
    for (const auto& [reason, count] : refusalsByReason)
        parts.push_back(std::format("{} {}", count, reason));
    std::ranges::sort(parts);
    std::string text = std::format("0/{} nodes are available:", nodeCount);
    for (std::size_t i = 0; i < parts.size(); ++i)
        text += (i == 0 ? " " : ", ") + parts[i];
    return text + ".";
}

} // namespace slipway::scheduler
