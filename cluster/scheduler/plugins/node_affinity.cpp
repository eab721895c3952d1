#include "cluster/scheduler/plugins/plugins.h"
#include "cluster/scheduler/profile.h"

#include <algorithm>
#include <charconv>

namespace slipway::scheduler::plugins {
namespace {

using api::core_v1::NodeSelectorRequirement;
using api::core_v1::NodeSelectorTerm;

std::optional<long long> number(const std::string& text) {
    long long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return {};
    return value;
}

/// @p value is null when the node has no such label.
bool meets(const NodeSelectorRequirement& requirement, const std::string* value) {
    const bool listed = value != nullptr && std::ranges::find(requirement.values, *value) != requirement.values.end();
    if (requirement.operator_ == "In")
        return listed;
    if (requirement.operator_ == "NotIn")
        return !listed;
    if (requirement.operator_ == "Exists")
        return value != nullptr;
    if (requirement.operator_ == "DoesNotExist")
        return value == nullptr;
    if (value == nullptr || requirement.values.size() != 1)
        return false;
    const auto left = number(*value), right = number(requirement.values.front());
    if (!left || !right)
        return false;
    return requirement.operator_ == "Gt" ? *left > *right : requirement.operator_ == "Lt" && *left < *right;
}

bool meets(const NodeSelectorTerm& term, const NodeInfo& node) {
    if (term.matchExpressions.empty() && term.matchFields.empty())
        return false; // an empty term selects nothing
    const bool labels = std::ranges::all_of(term.matchExpressions, [&](const auto& requirement) {
        const auto label = node.labels.find(requirement.key);
        return meets(requirement, label == node.labels.end() ? nullptr : &label->second);
    });
    return labels && std::ranges::all_of(term.matchFields, [&](const auto& requirement) {
               return requirement.key == "metadata.name" && meets(requirement, &node.name);
           });
}

} // namespace

bool meetsSelector(const api::core_v1::NodeSelector& selector, const NodeInfo& node) {
    return std::ranges::any_of(selector.nodeSelectorTerms, [&](const auto& term) { return meets(term, node); });
}

bool choosesNodes(const PodInfo& pod) {
    const auto& spec = *pod.pod->spec;
    return !spec.nodeSelector.empty() || (spec.affinity && spec.affinity->nodeAffinity &&
                                          spec.affinity->nodeAffinity->requiredDuringSchedulingIgnoredDuringExecution);
}

bool wantsNode(const PodInfo& pod, const NodeInfo& node) {
    const auto& spec = *pod.pod->spec;
    bool suits = std::ranges::all_of(spec.nodeSelector, [&](const auto& wanted) {
        const auto label = node.labels.find(wanted.first);
        return label != node.labels.end() && label->second == wanted.second;
    });
    if (suits && spec.affinity && spec.affinity->nodeAffinity)
        if (const auto& required = spec.affinity->nodeAffinity->requiredDuringSchedulingIgnoredDuringExecution)
            suits = meetsSelector(*required, node);
    return suits;
}

void nodeAffinity(const PodInfo& pod, const Profile& profile, const NodeInfo& node, Reasons& reasons) {
    if (profile.addedAffinity)
        if (const auto& required = profile.addedAffinity->requiredDuringSchedulingIgnoredDuringExecution;
            required && !meetsSelector(*required, node)) {
            reasons.emplace_back("node(s) didn't match scheduler-enforced node affinity");
            return;
        }
    if (!wantsNode(pod, node))
        reasons.emplace_back("node(s) didn't match Pod's node affinity/selector");
}

double preferredAffinity(const PodInfo& pod, const Profile& profile, const NodeInfo& node) {
    double total = 0;
    const auto add = [&](const api::core_v1::NodeAffinity& affinity) {
        for (const auto& term : affinity.preferredDuringSchedulingIgnoredDuringExecution)
            if (meets(term.preference, node))
                total += term.weight;
    };
    if (const auto& affinity = pod.pod->spec->affinity; affinity && affinity->nodeAffinity)
        add(*affinity->nodeAffinity);
    if (profile.addedAffinity)
        add(*profile.addedAffinity);
    return total;
}

} // namespace slipway::scheduler::plugins
