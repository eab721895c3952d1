#include "cluster/scheduler/plugins/topology_spread.h"

#include "cluster/api/selectors.h"
#include "cluster/scheduler/plugins/affinity_terms.h"
#include "cluster/scheduler/plugins/plugins.h"
#include "cluster/scheduler/profile.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace slipway::scheduler::plugins {
namespace {

bool toleratesNode(const PodInfo& pod, const NodeInfo& node) {
    Reasons reasons;
    taintToleration(pod, node, reasons);
    return reasons.empty();
}

} // namespace

SpreadState::SpreadState(const PodInfo& pod, const Snapshot& snapshot, const Profile& profile)
    : pod_(pod), snapshot_(snapshot) {
    if (!pod.pod || !pod.pod->spec)
        return;
    const auto& own = pod.pod->spec->topologySpreadConstraints;
    for (const auto& wanted : own)
        add(wanted, false);
    if (own.empty() && profile.defaultConstraints && !pod.ownerUid.empty())
        for (const auto& wanted : *profile.defaultConstraints)
            add(wanted, true);
    refresh();
}

void SpreadState::add(const api::core_v1::TopologySpreadConstraint& wanted, bool byOwner) {
    const auto& labels = pod_.traits->labels;
    Constraint constraint;
    constraint.topologyKey = wanted.topologyKey;
    constraint.maxSkew = wanted.maxSkew;
    constraint.minDomains = wanted.minDomains.value_or(1);
    constraint.honorsAffinity = wanted.nodeAffinityPolicy != "Ignore";
    constraint.honorsTaints = wanted.nodeTaintsPolicy == "Honor";
    if (byOwner) { // the profile's constraints are about the pods of one workload
        constraint.ownerUid = pod_.ownerUid;
        constraint.meansItself = true;
    } else if (wanted.labelSelector) {
        constraint.selector = withLabelKeys(*wanted.labelSelector, wanted.matchLabelKeys, labels);
        constraint.meansItself = api::matches(constraint.selector, labels);
    }
    if (!byOwner)
        for (const PodGroup* group : snapshot_.groups().in(pod_.traits->ns))
            if (!group->leaving() && wanted.labelSelector && api::matches(constraint.selector, group->traits().labels))
                constraint.groups.push_back(group);
    (wanted.whenUnsatisfiable == "ScheduleAnyway" ? wishes_ : required_).push_back(std::move(constraint));
}

/// Counts anew when pods have come or gone since.
void SpreadState::refresh() const {
    if ((required_.empty() && wishes_.empty()) || countedAt_ == snapshot_.version())
        return;
    countedAt_ = snapshot_.version();
    count(required_);
    count(wishes_);
}

/// A node without one of the labels is in no domain of any constraint.
bool SpreadState::takesPart(const Constraint& constraint, const NodeInfo& node,
                            const std::vector<Constraint>& all) const {
    return std::ranges::all_of(all, [&](const Constraint& one) { return node.labels.contains(one.topologyKey); }) &&
           (!constraint.honorsAffinity || wantsNode(pod_, node)) &&
           (!constraint.honorsTaints || toleratesNode(pod_, node));
}

void SpreadState::count(std::vector<Constraint>& constraints) const {
    const auto onAllNodes = [&](const Constraint& constraint) {
        std::int64_t nodes = 0;
        for (const auto& [value, count] : snapshot_.domains(constraint.topologyKey))
            nodes += count;
        return nodes == snapshot_.nodeCount();
    };
    const bool everywhere = constraints.size() == 1 || std::ranges::all_of(constraints, onAllNodes);
    for (Constraint& constraint : constraints) {
        constraint.everyNode = everywhere && constraint.ownerUid.empty() && !constraint.honorsTaints &&
                               (!constraint.honorsAffinity || !choosesNodes(pod_));
        if (!constraint.everyNode)
            countSomeNodes(constraint, constraints);
        findLeast(constraint);
    }
}

void SpreadState::countSomeNodes(Constraint& constraint, const std::vector<Constraint>& all) const {
    constraint.counts.clear();
    for (const NodeInfo* node : snapshot_.candidates()) {
        if (!takesPart(constraint, *node, all))
            continue;
        std::int64_t& count = constraint.counts[*node->label(constraint.topologyKey)];
        if (!constraint.ownerUid.empty()) {
            if (const auto pods = node->podsByOwner.find(constraint.ownerUid); pods != node->podsByOwner.end())
                count += pods->second;
            continue;
        }
        for (const PodGroup* group : constraint.groups)
            if (const auto pods = group->nodes().find(node); pods != group->nodes().end())
                count += pods->second;
    }
}

void SpreadState::findLeast(Constraint& constraint) const {
    const DomainCounts& domains = constraint.everyNode ? snapshot_.domains(constraint.topologyKey) : constraint.counts;
    constraint.domains = domains.size();
    constraint.least = 0;
    if (domains.empty() || domains.size() < std::size_t(constraint.minDomains))
        return; // too few domains: the emptiest is taken to hold none
    if (constraint.everyNode) {
        std::int64_t pods = 0;
        for (const PodGroup* group : constraint.groups)
            pods += group->pods();
        if (pods < std::int64_t(domains.size()))
            return; // some domain has none
    }
    constraint.least = std::numeric_limits<std::int64_t>::max();
    for (const auto& [value, count] : domains)
        constraint.least = std::min(constraint.least, constraint.at(value));
}

std::int64_t SpreadState::Constraint::at(const std::string& value) const {
    if (!everyNode)
        return countAt(counts, value);
    std::int64_t total = 0;
    for (const PodGroup* group : groups)
        total += countAt(group->domains(topologyKey), value);
    return total;
}

void SpreadState::filter(const NodeInfo& node, Reasons& reasons) const {
    refresh();
    for (const Constraint& constraint : required_) {
        const std::string* value = node.label(constraint.topologyKey);
        if (value == nullptr) {
            reasons.emplace_back("node(s) didn't match pod topology spread constraints (missing required label)");
            return;
        }
        if (constraint.at(*value) + constraint.meansItself - constraint.least > constraint.maxSkew) {
            reasons.emplace_back("node(s) didn't match pod topology spread constraints");
            return;
        }
    }
}

double SpreadState::crowd(const NodeInfo& node) const {
    refresh();
    double total = 0;
    for (const Constraint& constraint : wishes_) {
        const std::string* value = node.label(constraint.topologyKey);
        if (value == nullptr)
            continue;
        // Labels with few domains weigh less, so that many hosts do not drown a few zones.
        total += double(constraint.at(*value)) * std::log(double(constraint.domains) + 2) + constraint.maxSkew - 1;
    }
    return total;
}

} // namespace slipway::scheduler::plugins
