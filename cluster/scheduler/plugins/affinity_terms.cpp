#include "cluster/scheduler/plugins/affinity_terms.h"

#include "cluster/api/selectors.h"

namespace slipway::scheduler::plugins {

AffinityTerm::AffinityTerm(const api::core_v1::PodAffinityTerm& term, const PodTraits& owner, const Snapshot& snapshot)
    : topologyKey_(term.topologyKey), nothing_(!term.labelSelector) {
    if (term.labelSelector) {
        selector_ = withLabelKeys(*term.labelSelector, term.matchLabelKeys, owner.labels);
        selector_ = withLabelKeys(std::move(selector_), term.mismatchLabelKeys, owner.labels, "NotIn");
    }
    namespaces_.insert(term.namespaces.begin(), term.namespaces.end());
    if (term.namespaceSelector) {
        everything_ = term.namespaceSelector->matchLabels.empty() && term.namespaceSelector->matchExpressions.empty();
        for (const auto& [name, labels] : snapshot.namespaces())
            if (api::matches(*term.namespaceSelector, labels))
                namespaces_.insert(name);
    } else if (term.namespaces.empty()) {
        namespaces_.insert(owner.ns);
    }
}

bool AffinityTerm::means(const PodTraits& pod) const {
    return !nothing_ && (everything_ || namespaces_.contains(pod.ns)) && api::matches(selector_, pod.labels);
}

std::vector<AffinityTerm> termsOf(const std::vector<api::core_v1::PodAffinityTerm>& terms, const PodTraits& owner,
                                  const Snapshot& snapshot) {
    std::vector<AffinityTerm> result;
    result.reserve(terms.size());
    for (const auto& term : terms)
        result.emplace_back(term, owner, snapshot);
    return result;
}

api::meta_v1::LabelSelector withLabelKeys(api::meta_v1::LabelSelector selector, const std::vector<std::string>& keys,
                                          const std::map<std::string, std::string>& labels, const char* op) {
    for (const std::string& key : keys)
        if (const auto label = labels.find(key); label != labels.end()) {
            api::meta_v1::LabelSelectorRequirement requirement;
            requirement.key = key;
            requirement.operator_ = op;
            requirement.values = {label->second};
            selector.matchExpressions.push_back(std::move(requirement));
        }
    return selector;
}

} // namespace slipway::scheduler::plugins
