#pragma once

#include "cluster/scheduler/plugins/affinity_terms.h"
#include "cluster/scheduler/reasons.h"
#include "cluster/scheduler/snapshot.h"

#include <string>
#include <vector>

namespace slipway::scheduler {
struct Profile;
}

namespace slipway::scheduler::plugins {

/// A rule and what a match counts; below zero: the pod rather stays away.
struct PodPreference {
    AffinityTerm term;
    std::int64_t weight;
};

/// The rules of placed pods, made ready once for all pods alike.
class PodRules {
public:
    PodRules(const PodTraits& owner, const Snapshot& snapshot);

    std::vector<AffinityTerm> refuses;      ///< required anti-affinity
    std::vector<AffinityTerm> required;     ///< required affinity
    std::vector<PodPreference> preferences; ///< preferred affinity and anti-affinity
};

/// Inter-pod affinity and anti-affinity, required and preferred, of the pod and of those that run already (the rules of
/// kube-scheduler's InterPodAffinity). Built once for a pod; it points into the snapshot's groups of pods, and so
/// follows pods that come and go.
class PodAffinityState {
public:
    PodAffinityState(const PodInfo& pod, const Snapshot& snapshot, const Profile& profile);

    /// Whether filter() may refuse anything.
    bool hasRules() const { return !wanted_.empty() || !unwanted_.empty() || !refusedBy_.empty(); }
    bool hasPreferences() const { return !preferences_.empty(); }
    /// Appends why the node cannot take the pod.
    void filter(const NodeInfo& node, Reasons& reasons) const;
    /// How well the node suits by preferences; may be negative.
    double score(const NodeInfo& node) const;

private:
    /// Pods that a rule means, by the domains of one topology.
    struct Counted {
        std::string key;
        std::vector<const DomainCounts*> parts;
        std::int64_t weight = 1;

        bool anyAt(const std::string& value) const;
        std::int64_t at(const std::string& value) const;
        bool none() const;
    };

    void countRequired(const PodInfo& pod, const Snapshot& snapshot);
    void countPreferred(const PodInfo& pod, const Snapshot& snapshot, const Profile& profile);
    static Counted& countedAt(std::vector<Counted>& list, const std::string& key, std::int64_t weight);
    bool nearWanted(const NodeInfo& node) const;
    static bool nearAny(const std::vector<Counted>& list, const NodeInfo& node);

    std::vector<Counted> wanted_, unwanted_, refusedBy_, preferences_;
    bool meansItself_ = false; ///< it may be the first of its group
};

} // namespace slipway::scheduler::plugins
