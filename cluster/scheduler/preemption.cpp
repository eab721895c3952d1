#include "cluster/scheduler/preemption.h"

#include "cluster/api/selectors.h"
#include "cluster/scheduler/framework.h"
#include "cluster/scheduler/plugins/plugins.h"

#include <algorithm>
#include <format>
#include <limits>
#include <map>

namespace slipway::scheduler {
namespace {

using Pods = std::vector<const PlacedPod*>;

/// The more important first: higher priority, then longer running.
bool moreImportant(const PlacedPod* a, const PlacedPod* b) {
    if (a->priority != b->priority)
        return a->priority > b->priority;
    return a->startedAt != b->startedAt ? a->startedAt < b->startedAt : a->key < b->key;
}

/// A node and who would have to leave it.
struct Candidate {
    const NodeInfo* node = nullptr;
    Pods victims; ///< the most important first
    int violations = 0;
};

std::int64_t prioritySum(const Candidate& candidate) {
    std::int64_t total = 0;
    for (const PlacedPod* victim : candidate.victims)
        total += std::int64_t(victim->priority) + std::numeric_limits<std::int32_t>::max() + 1;
    return total;
}

/// When the first of the most important victims started.
std::string_view earliestStart(const Candidate& candidate) {
    std::string_view first;
    for (const PlacedPod* victim : candidate.victims)
        if (victim->priority == candidate.victims.front()->priority && (first.empty() || victim->startedAt < first))
            first = victim->startedAt;
    return first;
}

bool better(const Candidate& a, const Candidate& b) {
    if (a.violations != b.violations)
        return a.violations < b.violations;
    if (a.victims.front()->priority != b.victims.front()->priority)
        return a.victims.front()->priority < b.victims.front()->priority;
    if (const auto one = prioritySum(a), other = prioritySum(b); one != other)
        return one < other;
    if (a.victims.size() != b.victims.size())
        return a.victims.size() < b.victims.size();
    return earliestStart(a) > earliestStart(b);
}

/// Tries nodes: all lesser pods leave, then come back one by one as long as the pod still fits. Where only what pods
/// take of the node matters, this is reckoning with a copy of its load; else the snapshot itself is changed.
class Trial {
public:
    Trial(const PodInfo& pod, Snapshot& snapshot, const Profile& profile)
        : pod_(pod), snapshot_(snapshot), cycle_(pod, snapshot, profile) {
        for (const auto* plugin : cycle_.filters)
            dependsOnOthers_ = dependsOnOthers_ || plugin->seesOtherPods;
        for (const std::string& claim : pod.traits->claims)
            dependsOnOthers_ = dependsOnOthers_ || !snapshot.usersOfClaim(pod.traits->ns + "/" + claim).empty();
    }

    std::optional<Candidate> tryNode(const NodeInfo& node) {
        Pods lesser;
        for (const PlacedPod* placed : node.placed)
            if (placed->priority < pod_.priority)
                lesser.push_back(placed);
        if (lesser.empty())
            return {};
        std::ranges::sort(lesser, moreImportant);
        const Pods guarded = splitProtected(lesser);
        return dependsOnOthers_ ? tryOnSnapshot(node, guarded, lesser) : tryByLoad(node, guarded, lesser);
    }

    const Cycle& cycle() const { return cycle_; }

private:
    /// Splits off, keeping their order, the pods whose going would break a disruption budget.
    Pods splitProtected(Pods& pods) const {
        if (snapshot_.budgets().empty())
            return {};
        Pods guarded, free;
        std::map<std::string, std::int32_t> left;
        for (const PlacedPod* pod : pods) {
            bool breaks = false;
            for (const auto& [key, budget] : snapshot_.budgets()) {
                if (budget.ns != pod->traits->ns || !api::matches(budget.selector, pod->traits->labels))
                    continue;
                auto& allowed = left.try_emplace(key, budget.allowed).first->second;
                breaks = breaks || --allowed < 0;
            }
            (breaks ? guarded : free).push_back(pod);
        }
        pods = std::move(free);
        return guarded;
    }

    bool fitsLoad(const NodeInfo& node, const NodeLoad& load) {
        reasons_.clear();
        plugins::nodePorts(pod_, load, reasons_);
        if (reasons_.empty())
            plugins::nodeResourcesFit(cycle_, node, load, expected_ ? &*expected_ : nullptr, reasons_);
        if (reasons_.empty() && expected_)
            plugins::nodePorts(pod_, *expected_, reasons_);
        return reasons_.empty();
    }

    std::optional<Candidate> tryByLoad(const NodeInfo& node, const Pods& guarded, const Pods& free) {
        expected_.reset();
        if (node.nominated)
            expected_ = snapshot_.expectedOn(node, pod_);
        NodeLoad load = node.load;
        for (const Pods* list : {&guarded, &free})
            for (const PlacedPod* placed : *list)
                load.remove(placed->requests, placed->hostPorts);
        if (!fitsLoad(node, load))
            return {};
        Candidate found{&node, {}, 0};
        for (const Pods* list : {&guarded, &free})
            for (const PlacedPod* placed : *list) {
                load.add(placed->requests, placed->hostPorts);
                if (fitsLoad(node, load))
                    continue;
                load.remove(placed->requests, placed->hostPorts);
                found.victims.push_back(placed);
                found.violations += list == &guarded;
            }
        return finished(std::move(found));
    }

    std::optional<Candidate> tryOnSnapshot(const NodeInfo& node, const Pods& guarded, const Pods& free) {
        std::vector<std::string> keys;
        for (const Pods* list : {&guarded, &free})
            for (const PlacedPod* placed : *list)
                keys.push_back(placed->key);
        std::vector<PlacedPod> away;
        for (const std::string& key : keys)
            away.push_back(*snapshot_.takeAway(key));
        std::vector<std::string> victims;
        int violations = 0;
        const bool possible = refusalOf(cycle_, node, reasons_) == nullptr;
        for (std::size_t i = 0; i < away.size(); ++i) {
            snapshot_.putBack(std::move(away[i]));
            if (!possible || refusalOf(cycle_, node, reasons_) == nullptr)
                continue;
            away[i] = *snapshot_.takeAway(keys[i]);
            victims.push_back(keys[i]);
            violations += i < guarded.size();
        }
        Candidate found{&node, {}, violations};
        for (const std::string& key : victims) {
            const auto it = std::ranges::find(away, key, &PlacedPod::key);
            snapshot_.putBack(std::move(*it));
            found.victims.push_back(snapshot_.findPod(key));
        }
        return possible ? finished(std::move(found)) : std::nullopt;
    }

    static std::optional<Candidate> finished(Candidate found) {
        if (found.victims.empty())
            return {};
        std::ranges::sort(found.victims, moreImportant);
        return found;
    }

    const PodInfo& pod_;
    Snapshot& snapshot_;
    const Cycle cycle_;
    Reasons reasons_;
    std::optional<NodeLoad> expected_;
    bool dependsOnOthers_ = false;
};

/// Whether pods that were told to go for this one are still on their way out.
bool waitsForVictims(const PodInfo& pod, const Snapshot& snapshot) {
    const auto nominee = snapshot.nominees().find(pod.key);
    const auto node =
        snapshot.nodes().find(nominee == snapshot.nominees().end() ? pod.nominated : nominee->second.node);
    return node != snapshot.nodes().end() && std::ranges::any_of(node->second.placed, [&](const PlacedPod* placed) {
               return placed->leaving && placed->priority < pod.priority;
           });
}

/// How many nodes are tried at most.
std::size_t triedNodes(const Snapshot& snapshot, const Profile& profile) {
    const auto share = std::size_t(snapshot.nodeCount()) * std::size_t(profile.minCandidateNodesPercentage) / 100;
    return std::max(std::size_t(profile.minCandidateNodesAbsolute), share);
}

std::vector<RefusedNode> askAgain(const Cycle& cycle) {
    std::vector<RefusedNode> refused;
    Reasons reasons;
    for (const NodeInfo* node : cycle.snapshot.candidates()) {
        const auto* plugin = refusalOf(cycle, *node, reasons);
        refused.push_back({node, plugin != nullptr && helpedByPreemption(cycle, *node, *plugin)});
    }
    return refused;
}

std::vector<Candidate> findCandidates(Trial& trial, const std::vector<RefusedNode>& refused, std::size_t most,
                                      std::map<std::string_view, int>& reasons) {
    std::vector<Candidate> candidates;
    for (const RefusedNode& one : refused) {
        if (!one.helpedByPreemption || !trial.cycle().volumes.refusal().empty()) {
            ++reasons["Preemption is not helpful for scheduling"];
            continue;
        }
        if (candidates.size() >= most)
            break;
        if (auto candidate = trial.tryNode(*one.node))
            candidates.push_back(std::move(*candidate));
        else
            ++reasons["No preemption victims found for incoming pod"];
    }
    return candidates;
}

PreemptionPlan planOf(const Candidate& candidate) {
    PreemptionPlan plan{candidate.node->name, {}, candidate.violations, {}};
    for (const PlacedPod* victim : candidate.victims)
        plan.victims.push_back(*victim);
    return plan;
}

} // namespace

PreemptionPlan planPreemption(const PodInfo& pod, Snapshot& snapshot, const Profile& profile,
                              const std::vector<RefusedNode>* refused) {
    if (pod.pod && pod.pod->spec && pod.pod->spec->preemptionPolicy == "Never")
        return {"", {}, 0, "not eligible due to preemptionPolicy=Never."};
    if (waitsForVictims(pod, snapshot))
        return {"", {}, 0, "not eligible due to a terminating pod on the nominated node."};
    Trial trial(pod, snapshot, profile);
    std::map<std::string_view, int> reasons;
    const auto candidates = findCandidates(trial, refused == nullptr ? askAgain(trial.cycle()) : *refused,
                                           triedNodes(snapshot, profile), reasons);
    if (!candidates.empty())
        return planOf(*std::ranges::min_element(candidates, better));
    std::string message = std::format("0/{} nodes are available:", snapshot.nodeCount());
    const char* separator = " ";
    for (const auto& [reason, count] : reasons) {
        message += std::format("{}{} {}", separator, count, reason);
        separator = ", ";
    }
    return {"", {}, 0, message + "."};
}

std::vector<PreemptionPlan> preemptionCandidates(const PodInfo& pod, Snapshot& snapshot, const Profile& profile,
                                                 const std::vector<RefusedNode>& refused, std::size_t most) {
    Trial trial(pod, snapshot, profile);
    std::map<std::string_view, int> reasons;
    auto candidates = findCandidates(trial, refused, triedNodes(snapshot, profile), reasons);
    std::ranges::stable_sort(candidates, better);
    std::vector<PreemptionPlan> plans;
    for (const Candidate& candidate : candidates)
        if (plans.size() < most)
            plans.push_back(planOf(candidate));
    return plans;
}

} // namespace slipway::scheduler
