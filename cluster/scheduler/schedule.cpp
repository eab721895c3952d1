#include "cluster/scheduler/schedule.h"

#include "cluster/scheduler/framework.h"
#include "cluster/scheduler/plugins/plugins.h"

#include <algorithm>
#include <format>
#include <numeric>

namespace slipway::scheduler {
namespace {

using plugins::FilterPlugin;
using plugins::ScorePlugin;
using Nodes = std::vector<const NodeInfo*>;

constexpr int leastEnough = 100, leastPercentage = 5, startPercentage = 50, nodesPerPercent = 125;

/// Brings a plugin's scores to 0..100 and weighs them.
void scale(const ScorePlugin& plugin, int weight, std::vector<double>& scores) {
    const auto [least, most] = std::ranges::minmax(scores);
    for (double& score : scores) {
        if (plugin.scale == ScorePlugin::Scale::range) {
            score = most > least ? (score - least) * 100 / (most - least) : 0;
        } else if (plugin.scale != ScorePlugin::Scale::none) {
            score = most > 0 ? score * 100 / most : 0;
            if (plugin.scale == ScorePlugin::Scale::lowestBest)
                score = 100 - score;
        }
        score *= weight;
    }
}

/// The nodes' scores, plugin by plugin.
class Scores {
public:
    Scores(const Cycle& cycle, const Nodes& nodes) : nodes_(nodes), totals_(nodes.size(), 0) {
        for (const Profile::Score& asked : cycle.scores) {
            std::vector<double>& scores = parts_.emplace_back();
            scores.reserve(nodes.size());
            for (const NodeInfo* node : nodes)
                scores.push_back(asked.plugin->score(cycle, *node));
            scale(*asked.plugin, asked.weight, scores);
            for (std::size_t i = 0; i < scores.size(); ++i)
                totals_[i] += scores[i];
        }
    }

    bool better(std::size_t a, std::size_t b) const {
        if (totals_[a] != totals_[b])
            return totals_[a] > totals_[b];
        return nodes_[a]->load.pods < nodes_[b]->load.pods;
    }

    std::size_t best() const {
        std::size_t chosen = 0;
        for (std::size_t i = 1; i < nodes_.size(); ++i)
            if (better(i, chosen))
                chosen = i;
        return chosen;
    }

    /// The best nodes and what they got from whom.
    std::vector<Decision::Rating> ratings(std::size_t most) const {
        std::vector<std::size_t> order(nodes_.size());
        std::iota(order.begin(), order.end(), 0);
        const std::size_t named = std::min(order.size(), most);
        std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(named),
                                  [&](auto a, auto b) { return better(a, b) || (!better(b, a) && a < b); });
        std::vector<Decision::Rating> result;
        for (std::size_t rank = 0; rank < named; ++rank) {
            const std::size_t i = order[rank];
            Decision::Rating& rating = result.emplace_back(Decision::Rating{nodes_[i]->name, totals_[i], {}});
            for (const auto& scores : parts_)
                rating.parts.push_back(scores[i]);
        }
        return result;
    }

private:
    const Nodes& nodes_;
    std::vector<double> totals_;
    std::vector<std::vector<double>> parts_;
};

/// Asks one node after the other.
class Search {
public:
    Search(const Cycle& cycle, Decision& decision, std::vector<RefusedNode>* refused)
        : cycle_(cycle), decision_(decision), refused_(refused) {}

    bool ask(const NodeInfo& node) {
        ++decision_.asked;
        const FilterPlugin* plugin = refusalOf(cycle_, node, reasons_);
        if (plugin == nullptr) {
            fitting_.push_back(&node);
            return true;
        }
        decision_.refusedBy |= 1U << plugin->index;
        for (const std::string_view reason : reasons_)
            counts_.add(reason);
        if (decision_.refusals.size() < Decision::namedRefusals)
            decision_.refusals.push_back(
                {node.name, std::string(plugin->name), std::vector<std::string>(reasons_.begin(), reasons_.end())});
        if (refused_ != nullptr)
            refused_->push_back({&node, helpedByPreemption(cycle_, node, *plugin)});
        return false;
    }

    void askAll(SearchStart* start) {
        const int all = cycle_.snapshot.nodeCount();
        const auto enough = std::size_t(enoughNodes(all, cycle_.profile.percentageOfNodesToScore));
        if (start == nullptr || enough >= std::size_t(all)) {
            for (const NodeInfo* node : cycle_.snapshot.candidates())
                ask(*node);
            return;
        }
        const Nodes& rounds = cycle_.snapshot.rounds();
        std::size_t asked = 0;
        while (asked < rounds.size() && fitting_.size() < enough)
            ask(*rounds[(start->next + asked++) % rounds.size()]);
        start->next = (start->next + asked) % rounds.size();
    }

    const Nodes& fitting() const { return fitting_; }
    void finish() {
        for (const auto& [reason, count] : counts_.all())
            decision_.refusalsByReason[std::string(reason)] += count;
        decision_.feasible = int(fitting_.size());
    }

private:
    const Cycle& cycle_;
    Decision& decision_;
    std::vector<RefusedNode>* refused_;
    Reasons reasons_;
    ReasonCounts counts_;
    Nodes fitting_;
};

/// The node that is kept for the pod, or null.
const NodeInfo* keptNode(const PodInfo& pod, const Snapshot& snapshot) {
    const auto nominee = snapshot.nominees().find(pod.key);
    const std::string& name = nominee == snapshot.nominees().end() ? pod.nominated : nominee->second.node;
    return name.empty() ? nullptr : snapshot.find(name);
}

} // namespace

int enoughNodes(int nodeCount, int percentageOfNodesToScore) {
    if (nodeCount < leastEnough || percentageOfNodesToScore >= 100)
        return nodeCount;
    const int percentage = percentageOfNodesToScore > 0
                               ? percentageOfNodesToScore
                               : std::max(leastPercentage, startPercentage - nodeCount / nodesPerPercent);
    return std::max(leastEnough, static_cast<int>(std::int64_t(nodeCount) * percentage / 100));
}

Decision schedule(const PodInfo& pod, const Snapshot& snapshot, const Profile& profile, SearchStart* start,
                  std::vector<RefusedNode>* refused, std::vector<Decision::Rating>* rated) {
    const Cycle cycle(pod, snapshot, profile);
    Decision decision;
    decision.nodeCount = snapshot.nodeCount();
    if (decision.nodeCount > 0 && !cycle.volumes.refusal().empty()) {
        decision.refusal = cycle.volumes.refusal();
        decision.awaitsNews = cycle.volumes.awaitsNews();
        decision.refusedBy = plugins::filterBit("VolumeBinding");
        return decision;
    }
    if (decision.nodeCount > 0 && !cycle.devices.refusal().empty()) {
        decision.refusal = cycle.devices.refusal();
        decision.awaitsNews = true; // claims are made after their pods
        decision.refusedBy = plugins::filterBit("DynamicResources");
        return decision;
    }
    Search search(cycle, decision, refused);
    Reasons ignored;
    const NodeInfo* kept = keptNode(pod, snapshot);
    if (kept != nullptr && refusalOf(cycle, *kept, ignored) == nullptr)
        search.ask(*kept);
    else
        search.askAll(start);
    search.finish();
    if (search.fitting().empty())
        return decision;
    std::size_t chosen = 0;
    if (search.fitting().size() > 1) {
        const Scores scores(cycle, search.fitting());
        chosen = scores.best();
        decision.ratings = scores.ratings(Decision::namedRatings);
        if (rated != nullptr)
            *rated = scores.ratings(search.fitting().size());
        for (const Profile::Score& asked : cycle.scores)
            decision.scorePlugins.push_back(asked.plugin->name);
    } else {
        decision.ratings = {{search.fitting().front()->name, 0, {}}};
        if (rated != nullptr)
            *rated = decision.ratings;
    }
    const NodeInfo& node = *search.fitting()[chosen];
    decision.node = node.name;
    decision.waitsForVolumes = cycle.volumes.hasUnbound();
    decision.volumes = cycle.volumes.choices(node);
    decision.devices = cycle.devices.choices(node);
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
