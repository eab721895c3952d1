#include "cluster/scheduler/plugins/pod_affinity.h"

#include "cluster/scheduler/plugins/affinity_terms.h"

#include <algorithm>

namespace slipway::scheduler::plugins {
namespace {

using api::core_v1::Affinity;
using Terms = std::vector<api::core_v1::PodAffinityTerm>;
using Weighted = std::vector<api::core_v1::WeightedPodAffinityTerm>;

const Terms noTerms;
const Weighted noWeighted;
constexpr int hardAffinityWeight = 1; // what a running pod's required affinity counts among preferences

const Terms& requiredAffinity(const std::optional<Affinity>& affinity) {
    return affinity && affinity->podAffinity ? affinity->podAffinity->requiredDuringSchedulingIgnoredDuringExecution
                                             : noTerms;
}

const Terms& requiredAntiAffinity(const std::optional<Affinity>& affinity) {
    return affinity && affinity->podAntiAffinity
               ? affinity->podAntiAffinity->requiredDuringSchedulingIgnoredDuringExecution
               : noTerms;
}

const Weighted& preferredAffinityOf(const std::optional<Affinity>& affinity) {
    return affinity && affinity->podAffinity ? affinity->podAffinity->preferredDuringSchedulingIgnoredDuringExecution
                                             : noWeighted;
}

const Weighted& preferredAntiAffinityOf(const std::optional<Affinity>& affinity) {
    return affinity && affinity->podAntiAffinity
               ? affinity->podAntiAffinity->preferredDuringSchedulingIgnoredDuringExecution
               : noWeighted;
}

const std::string* labelOf(const NodeInfo& node, const std::string& key) {
    const auto label = node.labels.find(key);
    return label == node.labels.end() ? nullptr : &label->second;
}

void count(TopologyCounts& counts, const NodeInfo& node, const std::string& key, std::int64_t by = 1) {
    if (const std::string* value = labelOf(node, key))
        counts[key][*value] += by;
}

/// A preferred term and what it counts; below zero: the pod rather stays away.
struct Preference {
    AffinityTerm term;
    std::int64_t weight;
};

/// What a pod prefers of others: its preferred rules and, of a pod that runs already, what it required.
std::vector<Preference> preferencesOf(const PodTraits& owner, const Snapshot& snapshot, bool withRequired) {
    std::vector<Preference> result;
    for (const auto& weighted : preferredAffinityOf(owner.affinity))
        result.push_back({{weighted.podAffinityTerm, owner, snapshot}, weighted.weight});
    for (const auto& weighted : preferredAntiAffinityOf(owner.affinity))
        result.push_back({{weighted.podAffinityTerm, owner, snapshot}, -std::int64_t(weighted.weight)});
    if (withRequired)
        for (const auto& rule : requiredAffinity(owner.affinity))
            result.push_back({{rule, owner, snapshot}, hardAffinityWeight});
    return result;
}

} // namespace

PodAffinityState::PodAffinityState(const PodInfo& pod, const Snapshot& snapshot) {
    const bool ownRules = pod.traits->affinity.has_value();
    if (!ownRules && snapshot.podsWithAffinity() == 0)
        return;
    countRequired(pod, snapshot);
    countPreferred(pod, snapshot);
}

void PodAffinityState::countRequired(const PodInfo& pod, const Snapshot& snapshot) {
    const PodTraits& own = *pod.traits;
    const auto wanted = termsOf(requiredAffinity(own.affinity), own, snapshot);
    const auto unwanted = termsOf(requiredAntiAffinity(own.affinity), own, snapshot);
    for (const AffinityTerm& term : wanted)
        wantedKeys_.push_back(term.topologyKey());
    for (const AffinityTerm& term : unwanted)
        unwantedKeys_.push_back(term.topologyKey());
    const auto meansAll = [&](const PodTraits& other) {
        return std::ranges::all_of(wanted, [&](const AffinityTerm& term) { return term.means(other); });
    };
    for (const auto& [name, node] : snapshot.nodes()) {
        if (!node.present)
            continue;
        for (const PlacedPod* placed : node.placed) {
            if (!wanted.empty() && meansAll(*placed->traits))
                for (const AffinityTerm& term : wanted)
                    count(wanted_, node, term.topologyKey());
            for (const AffinityTerm& term : unwanted)
                if (term.means(*placed->traits))
                    count(unwanted_, node, term.topologyKey());
            if (placed->hasRequiredAntiAffinity())
                for (const auto& rule : requiredAntiAffinity(placed->traits->affinity))
                    if (const AffinityTerm term(rule, *placed->traits, snapshot); term.means(own))
                        count(refusedBy_, node, term.topologyKey());
        }
    }
    startsGroup_ = wanted_.empty() && meansAll(own);
}

void PodAffinityState::countPreferred(const PodInfo& pod, const Snapshot& snapshot) {
    const PodTraits& own = *pod.traits;
    const auto preferences = preferencesOf(own, snapshot, false);
    if (preferences.empty() && snapshot.podsWithAffinity() == 0)
        return;
    for (const auto& [name, node] : snapshot.nodes()) {
        if (!node.present)
            continue;
        for (const PlacedPod* placed : node.placed) {
            for (const Preference& preference : preferences)
                if (preference.term.means(*placed->traits))
                    count(preferences_, node, preference.term.topologyKey(), preference.weight);
            if (placed->traits->affinity)
                for (const Preference& theirs : preferencesOf(*placed->traits, snapshot, true))
                    if (theirs.term.means(own))
                        count(preferences_, node, theirs.term.topologyKey(), theirs.weight);
        }
    }
}

bool PodAffinityState::nearWanted(const NodeInfo& node) const {
    bool found = true;
    for (const std::string& key : wantedKeys_) {
        const std::string* value = labelOf(node, key);
        if (value == nullptr)
            return false;
        found = found && countAt(wanted_, key, *value) > 0;
    }
    return found || startsGroup_;
}

bool PodAffinityState::nearUnwanted(const NodeInfo& node) const {
    return std::ranges::any_of(unwantedKeys_, [&](const std::string& key) {
        const std::string* value = labelOf(node, key);
        return value != nullptr && countAt(unwanted_, key, *value) > 0;
    });
}

bool PodAffinityState::unwantedByOthers(const NodeInfo& node) const {
    return std::ranges::any_of(refusedBy_, [&](const auto& counts) {
        const std::string* value = labelOf(node, counts.first);
        return value != nullptr && countAt(refusedBy_, counts.first, *value) > 0;
    });
}

void PodAffinityState::filter(const NodeInfo& node, std::vector<std::string>& reasons) const {
    if (!nearWanted(node))
        reasons.emplace_back("node(s) didn't match pod affinity rules");
    else if (nearUnwanted(node))
        reasons.emplace_back("node(s) didn't match pod anti-affinity rules");
    else if (unwantedByOthers(node))
        reasons.emplace_back("node(s) didn't satisfy existing pods anti-affinity rules");
}

double PodAffinityState::score(const NodeInfo& node) const {
    double total = 0;
    for (const auto& [key, counts] : preferences_)
        if (const std::string* value = labelOf(node, key))
            total += double(countAt(preferences_, key, *value));
    return total;
}

} // namespace slipway::scheduler::plugins
