#pragma once

#include "cluster/scheduler/snapshot.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace slipway::scheduler::plugins {

/// One rule about other pods, made ready to be asked: which pods it means and over which node label.
class AffinityTerm {
public:
    /// @p owner is the pod that has the rule: its namespace is meant when the term names none, and its own labels are
    /// what matchLabelKeys and mismatchLabelKeys compare with (KEP-3633).
    AffinityTerm(const api::core_v1::PodAffinityTerm& term, const PodTraits& owner, const Snapshot& snapshot);

    /// Whether the rule means that pod.
    bool means(const PodTraits& pod) const;
    const std::string& topologyKey() const { return topologyKey_; }
    /// Calls @p visit with each group of placed pods that the rule means.
    template <class Visit> void eachGroup(const Snapshot& snapshot, Visit visit) const {
        const auto look = [&](const PodGroups::Set& groups) {
            for (const PodGroup* group : groups)
                if (means(group->traits()))
                    visit(*group);
        };
        if (nothing_)
            return;
        if (everything_)
            return look(snapshot.groups().all());
        for (const std::string& ns : namespaces_)
            look(snapshot.groups().in(ns));
    }

private:
    std::string topologyKey_;
    api::meta_v1::LabelSelector selector_;
    bool everything_ = false, nothing_ = false; ///< everything: all namespaces; nothing: a term without selector
    std::set<std::string> namespaces_;
};

std::vector<AffinityTerm> termsOf(const std::vector<api::core_v1::PodAffinityTerm>& terms, const PodTraits& owner,
                                  const Snapshot& snapshot);

/// A label selector with "key in (value)" added for each of the keys that the pod has.
api::meta_v1::LabelSelector withLabelKeys(api::meta_v1::LabelSelector selector, const std::vector<std::string>& keys,
                                          const std::map<std::string, std::string>& labels, const char* op = "In");

} // namespace slipway::scheduler::plugins
