#include "cluster/scheduler/pod_groups.h"

#include "cluster/scheduler/node_info.h"

namespace slipway::scheduler {

void PodGroup::count(const std::string& key, const std::string* value, int by) {
    if (value == nullptr)
        return;
    plugins::DomainCounts& counts = domains_[key];
    const auto domain = counts.try_emplace(*value, 0).first;
    domain->second += by;
    if (domain->second == 0)
        counts.erase(domain);
}

void PodGroup::count(const NodeInfo& node, int by) {
    pods_ += by;
    const auto here = nodes_.try_emplace(&node, 0).first;
    here->second += by;
    if (here->second == 0)
        nodes_.erase(here);
    for (const auto& entry : domains_)
        count(entry.first, node.label(entry.first), by);
}

const plugins::DomainCounts& PodGroup::domains(const std::string& topologyKey) const {
    const auto known = domains_.find(topologyKey);
    if (known != domains_.end())
        return known->second;
    plugins::DomainCounts& counts = domains_[topologyKey];
    for (const auto& [node, pods] : nodes_)
        if (const std::string* value = node->label(topologyKey))
            counts[*value] += pods;
    return counts;
}

PodGroup& PodGroups::add(const std::shared_ptr<const PodTraits>& traits, bool leaving, const NodeInfo& node) {
    std::unique_ptr<PodGroup>& group = groups_[{traits.get(), leaving}];
    if (!group) {
        group = std::make_unique<PodGroup>(traits, leaving);
        byNamespace_[traits->ns].insert(group.get());
        all_.insert(group.get());
        if (traits->affinity)
            withRules_.insert(group.get());
    }
    group->count(node, 1);
    return *group;
}

void PodGroups::forgetIfEmpty(const std::shared_ptr<const PodTraits>& traits, bool leaving) {
    const auto found = groups_.find({traits.get(), leaving});
    if (found == groups_.end() || found->second->pods() > 0)
        return;
    const PodGroup* group = found->second.get();
    const auto ns = byNamespace_.find(traits->ns);
    ns->second.erase(group);
    if (ns->second.empty())
        byNamespace_.erase(ns);
    all_.erase(group);
    withRules_.erase(group);
    groups_.erase(found);
}

void PodGroups::move(const NodeInfo& node, int sign) {
    for (const PlacedPod* placed : node.placed)
        for (const auto& entry : placed->group->domains_)
            placed->group->count(entry.first, node.label(entry.first), sign);
}

const PodGroups::Set& PodGroups::in(const std::string& ns) const {
    static const Set none;
    const auto found = byNamespace_.find(ns);
    return found == byNamespace_.end() ? none : found->second;
}

} // namespace slipway::scheduler
