#include "cluster/scheduler/preemption.h"

#include "cluster/api/selectors.h"
#include "cluster/scheduler/framework.h"

#include <algorithm>
#include <format>
#include <limits>
#include <map>

namespace slipway::scheduler {
namespace {

/// How many nodes are tried at most (as kube-scheduler: a tenth of them, 100 at least).
std::size_t triedNodes(const Snapshot& snapshot) {
    return std::max<std::size_t>(100, std::size_t(snapshot.nodeCount()) / 10);
}

/// The more important first: higher priority, then longer running.
bool moreImportant(const PlacedPod& a, const PlacedPod& b) {
    if (a.priority != b.priority)
        return a.priority > b.priority;
    return a.startedAt != b.startedAt ? a.startedAt < b.startedAt : a.key < b.key;
}

/// Splits off, keeping their order, the pods whose going would break a disruption budget.
std::vector<PlacedPod> splitProtected(std::vector<PlacedPod>& pods, const Snapshot& snapshot) {
    std::vector<PlacedPod> guarded, free;
    std::map<std::string, std::int32_t> left;
    for (PlacedPod& pod : pods) {
        bool breaks = false;
        for (const auto& [key, budget] : snapshot.budgets()) {
            if (budget.ns != pod.traits->ns || !api::matches(budget.selector, pod.traits->labels))
                continue;
            auto& allowed = left.try_emplace(key, budget.allowed).first->second;
            breaks = breaks || --allowed < 0;
        }
        (breaks ? guarded : free).push_back(std::move(pod));
    }
    pods = std::move(free);
    return guarded;
}

struct Candidate {
    std::string node;
    std::vector<PlacedPod> victims; ///< the most important first
    int violations = 0;
};

bool fits(const PodInfo& pod, const Snapshot& snapshot, const std::string& node) {
    return !refusalOf(Cycle(pod, snapshot), snapshot.nodes().at(node));
}

/// Tries a node: all lesser pods leave, then come back one by one as long as the pod still fits.
std::optional<Candidate> tryNode(const PodInfo& pod, Snapshot& snapshot, const std::string& name) {
    std::vector<std::string> keys;
    for (const PlacedPod* placed : snapshot.nodes().at(name).placed)
        if (placed->priority < pod.priority)
            keys.push_back(placed->key);
    std::vector<PlacedPod> lesser;
    for (const std::string& key : keys)
        lesser.push_back(*snapshot.takeAway(key));
    std::ranges::sort(lesser, moreImportant);
    std::optional<Candidate> found;
    if (!lesser.empty() && fits(pod, snapshot, name)) {
        found = Candidate{name, {}, 0};
        auto guarded = splitProtected(lesser, snapshot);
        const auto spare = [&](std::vector<PlacedPod>& pods, bool violates) {
            for (PlacedPod& placed : pods) {
                const std::string key = placed.key;
                snapshot.putBack(std::move(placed));
                if (fits(pod, snapshot, name))
                    continue;
                found->victims.push_back(*snapshot.takeAway(key));
                found->violations += violates;
            }
        };
        spare(guarded, true);
        spare(lesser, false);
        for (const PlacedPod& victim : found->victims)
            snapshot.putBack(victim);
        std::ranges::sort(found->victims, moreImportant);
        if (found->victims.empty())
            found.reset();
    } else {
        for (PlacedPod& placed : lesser)
            snapshot.putBack(std::move(placed));
    }
    return found;
}

bool better(const Candidate& a, const Candidate& b) {
    if (a.violations != b.violations)
        return a.violations < b.violations;
    if (a.victims.front().priority != b.victims.front().priority)
        return a.victims.front().priority < b.victims.front().priority;
    const auto sum = [](const Candidate& candidate) {
        std::int64_t total = 0;
        for (const PlacedPod& victim : candidate.victims)
            total += std::int64_t(victim.priority) + std::numeric_limits<std::int32_t>::max() + 1;
        return total;
    };
    if (sum(a) != sum(b))
        return sum(a) < sum(b);
    if (a.victims.size() != b.victims.size())
        return a.victims.size() < b.victims.size();
    const auto earliest = [](const Candidate& candidate) {
        std::string first;
        for (const PlacedPod& victim : candidate.victims)
            if (victim.priority == candidate.victims.front().priority && (first.empty() || victim.startedAt < first))
                first = victim.startedAt;
        return first;
    };
    return earliest(a) > earliest(b);
}

/// Whether pods that were told to go for this one are still on their way out.
bool waitsForVictims(const PodInfo& pod, const Snapshot& snapshot) {
    const auto nominee = snapshot.nominees().find(pod.key);
    const auto node =
        snapshot.nodes().find(nominee == snapshot.nominees().end() ? pod.nominated : nominee->second.node);
    return node != snapshot.nodes().end() && std::ranges::any_of(node->second.placed, [&](const PlacedPod* placed) {
               return placed->leaving && placed->priority < pod.priority;
           });
}

} // namespace

PreemptionPlan planPreemption(const PodInfo& pod, Snapshot& snapshot) {
    if (pod.pod && pod.pod->spec && pod.pod->spec->preemptionPolicy == "Never")
        return {"", {}, "not eligible due to preemptionPolicy=Never."};
    if (waitsForVictims(pod, snapshot))
        return {"", {}, "not eligible due to a terminating pod on the nominated node."};
    std::map<std::string, int> reasons;
    std::vector<std::string> names;
    {
        const Cycle cycle(pod, snapshot);
        for (const auto& [name, node] : snapshot.nodes()) {
            if (!node.present)
                continue;
            const auto refusal = refusalOf(cycle, node);
            if (refusal && refusal->helpedByPreemption && cycle.volumes.refusal().empty())
                names.push_back(name);
            else
                ++reasons["Preemption is not helpful for scheduling"];
        }
    }
    std::optional<Candidate> best;
    std::size_t candidates = 0;
    for (const std::string& name : names) {
        auto candidate = tryNode(pod, snapshot, name);
        if (!candidate) {
            ++reasons["No preemption victims found for incoming pod"];
            continue;
        }
        if (!best || better(*candidate, *best))
            best = std::move(candidate);
        if (++candidates >= triedNodes(snapshot))
            break;
    }
    if (best)
        return {best->node, std::move(best->victims), ""};
    std::string message = std::format("0/{} nodes are available:", snapshot.nodeCount());
    const char* separator = " ";
    for (const auto& [reason, count] : reasons) {
        message += std::format("{}{} {}", separator, count, reason);
        separator = ", ";
    }
    return {"", {}, message + "."};
}

} // namespace slipway::scheduler
