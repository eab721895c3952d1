#include "cluster/scheduler/plugins/pod_affinity.h"

#include "cluster/scheduler/profile.h"

#include <algorithm>

namespace slipway::scheduler::plugins {
namespace {

using api::core_v1::Affinity;
using Terms = std::vector<api::core_v1::PodAffinityTerm>;
using Weighted = std::vector<api::core_v1::WeightedPodAffinityTerm>;

const Terms noTerms;
const Weighted noWeighted;

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

/// The rules of a group of placed pods. They change only with the namespaces they select by labels.
const PodRules& rulesOf(const PodGroup& group, const Snapshot& snapshot) {
    if (!group.rules || group.rulesMadeAt != snapshot.namespacesVersion()) {
        group.rules = std::make_shared<const PodRules>(group.traits(), snapshot);
        group.rulesMadeAt = snapshot.namespacesVersion();
    }
    return *group.rules;
}

} // namespace

PodRules::PodRules(const PodTraits& owner, const Snapshot& snapshot)
    : refuses(termsOf(requiredAntiAffinity(owner.affinity), owner, snapshot))
    , required(termsOf(requiredAffinity(owner.affinity), owner, snapshot)) {
    for (const auto& weighted : preferredAffinityOf(owner.affinity))
        preferences.push_back({{weighted.podAffinityTerm, owner, snapshot}, weighted.weight});
    for (const auto& weighted : preferredAntiAffinityOf(owner.affinity))
        preferences.push_back({{weighted.podAffinityTerm, owner, snapshot}, -std::int64_t(weighted.weight)});
}

bool PodAffinityState::Counted::anyAt(const std::string& value) const {
    return std::ranges::any_of(parts, [&](const DomainCounts* counts) { return countAt(*counts, value) > 0; });
}

std::int64_t PodAffinityState::Counted::at(const std::string& value) const {
    std::int64_t total = 0;
    for (const DomainCounts* counts : parts)
        total += countAt(*counts, value);
    return total;
}

bool PodAffinityState::Counted::none() const {
    return std::ranges::all_of(parts, [](const DomainCounts* counts) { return counts->empty(); });
}

PodAffinityState::Counted& PodAffinityState::countedAt(std::vector<Counted>& list, const std::string& key,
                                                       std::int64_t weight) {
    for (Counted& counted : list)
        if (counted.key == key && counted.weight == weight)
            return counted;
    return list.emplace_back(Counted{key, {}, weight});
}

PodAffinityState::PodAffinityState(const PodInfo& pod, const Snapshot& snapshot, const Profile& profile) {
    if (!pod.traits->affinity && snapshot.groups().withRules().empty())
        return;
    countRequired(pod, snapshot);
    countPreferred(pod, snapshot, profile);
}

void PodAffinityState::countRequired(const PodInfo& pod, const Snapshot& snapshot) {
    const PodTraits& own = *pod.traits;
    const auto wanted = termsOf(requiredAffinity(own.affinity), own, snapshot);
    const auto meansAll = [&](const PodTraits& other) {
        return std::ranges::all_of(wanted, [&](const AffinityTerm& term) { return term.means(other); });
    };
    for (const AffinityTerm& term : wanted) {
        Counted& counted = wanted_.emplace_back(Counted{term.topologyKey(), {}, 1});
        term.eachGroup(snapshot, [&](const PodGroup& group) {
            if (meansAll(group.traits()))
                counted.parts.push_back(&group.domains(term.topologyKey()));
        });
    }
    meansItself_ = meansAll(own);
    for (const AffinityTerm& term : termsOf(requiredAntiAffinity(own.affinity), own, snapshot)) {
        Counted& counted = unwanted_.emplace_back(Counted{term.topologyKey(), {}, 1});
        term.eachGroup(snapshot,
                       [&](const PodGroup& group) { counted.parts.push_back(&group.domains(term.topologyKey())); });
    }
    for (const PodGroup* group : snapshot.groups().withRules())
        for (const AffinityTerm& term : rulesOf(*group, snapshot).refuses)
            if (term.means(own))
                countedAt(refusedBy_, term.topologyKey(), 1).parts.push_back(&group->domains(term.topologyKey()));
}

void PodAffinityState::countPreferred(const PodInfo& pod, const Snapshot& snapshot, const Profile& profile) {
    const PodTraits& own = *pod.traits;
    const auto add = [&](const PodGroup& group, const AffinityTerm& term, std::int64_t weight) {
        countedAt(preferences_, term.topologyKey(), weight).parts.push_back(&group.domains(term.topologyKey()));
    };
    bool hasOwn = false;
    if (own.affinity)
        for (const PodPreference& preference : PodRules(own, snapshot).preferences) {
            hasOwn = true;
            preference.term.eachGroup(snapshot,
                                      [&](const PodGroup& group) { add(group, preference.term, preference.weight); });
        }
    if (!hasOwn && profile.ignoresPreferencesOfRunningPods)
        return;
    for (const PodGroup* group : snapshot.groups().withRules()) {
        const PodRules& rules = rulesOf(*group, snapshot);
        if (profile.hardPodAffinityWeight > 0)
            for (const AffinityTerm& term : rules.required)
                if (term.means(own))
                    add(*group, term, profile.hardPodAffinityWeight);
        for (const PodPreference& preference : rules.preferences)
            if (preference.term.means(own))
                add(*group, preference.term, preference.weight);
    }
}

bool PodAffinityState::nearWanted(const NodeInfo& node) const {
    bool found = true;
    for (const Counted& counted : wanted_) {
        const std::string* value = node.label(counted.key);
        if (value == nullptr)
            return false;
        found = found && counted.anyAt(*value);
    }
    return found || (meansItself_ && std::ranges::all_of(wanted_, &Counted::none));
}

bool PodAffinityState::nearAny(const std::vector<Counted>& list, const NodeInfo& node) {
    return std::ranges::any_of(list, [&](const Counted& counted) {
        const std::string* value = counted.parts.empty() ? nullptr : node.label(counted.key);
        return value != nullptr && counted.anyAt(*value);
    });
}

void PodAffinityState::filter(const NodeInfo& node, Reasons& reasons) const {
    if (!nearWanted(node))
        reasons.emplace_back("node(s) didn't match pod affinity rules");
    else if (nearAny(unwanted_, node))
        reasons.emplace_back("node(s) didn't match pod anti-affinity rules");
    else if (nearAny(refusedBy_, node))
        reasons.emplace_back("node(s) didn't satisfy existing pods anti-affinity rules");
}

double PodAffinityState::score(const NodeInfo& node) const {
    double total = 0;
    for (const Counted& counted : preferences_)
        if (const std::string* value = node.label(counted.key))
            total += double(counted.at(*value) * counted.weight);
    return total;
}

} // namespace slipway::scheduler::plugins
