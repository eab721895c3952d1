#include "cluster/scheduler/schedule.h"

#include "cluster/scheduler/plugins/plugins.h"

#include <algorithm>
#include <format>

namespace slipway::scheduler {
namespace {

using plugins::ScorePlugin;

void addScores(const ScorePlugin& plugin, const PodInfo& pod, const std::vector<const NodeInfo*>& nodes,
               std::vector<Decision::Rating>& ratings) {
    std::vector<double> scores;
    scores.reserve(nodes.size());
    for (const NodeInfo* node : nodes)
        scores.push_back(plugin.score(pod, *node));
    const double most = *std::ranges::max_element(scores);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        double score = scores[i];
        if (plugin.scale != ScorePlugin::Scale::none) {
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
            (ratings[i].score == ratings[chosen].score && nodes[i]->pods < nodes[chosen]->pods))
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
    Decision decision;
    std::vector<const NodeInfo*> fitting;
    for (const auto& [name, node] : snapshot.nodes()) {
        if (!node.present)
            continue;
        ++decision.nodeCount;
        Decision::Refusal refusal{name, "", {}};
        for (const auto& plugin : plugins::filterPlugins()) {
            plugin.filter(pod, node, refusal.reasons);
            if (!refusal.reasons.empty()) {
                refusal.plugin = plugin.name;
                break;
            }
        }
        if (refusal.reasons.empty())
            fitting.push_back(&node);
        else
            refuse(decision, std::move(refusal));
    }
    if (fitting.empty())
        return decision;
    for (const NodeInfo* node : fitting)
        decision.ratings.push_back({node->name, 0});
    if (fitting.size() > 1)
        for (const ScorePlugin& plugin : plugins::scorePlugins())
            addScores(plugin, pod, fitting, decision.ratings);
    decision.node = best(fitting, decision.ratings)->name;
    return decision;
}

std::string Decision::message() const {
    if (nodeCount == 0)
        return "no nodes available to schedule pods";
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
