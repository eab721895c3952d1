#include "cluster/controllers/workload/node_match.h"

#include <algorithm>
#include <charconv>

namespace slipway::controllers {

using api::core_v1::Node;
using api::core_v1::NodeSelectorRequirement;
using api::core_v1::NodeSelectorTerm;

namespace {

std::optional<long long> integer(const std::string& text) {
    long long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

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
    const auto left = integer(*value), right = integer(requirement.values.front());
    return left && right && (requirement.operator_ == "Gt" ? *left > *right : *left < *right);
}

bool meets(const NodeSelectorTerm& term, const Node& node) {
    if (term.matchExpressions.empty() && term.matchFields.empty())
        return false;
    return std::ranges::all_of(term.matchExpressions,
                               [&](const auto& requirement) {
                                   const auto label = node.metadata.labels.find(requirement.key);
                                   return meets(requirement,
                                                label == node.metadata.labels.end() ? nullptr : &label->second);
                               }) &&
           std::ranges::all_of(term.matchFields, [&](const auto& requirement) {
               return requirement.key == "metadata.name" && meets(requirement, &node.metadata.name);
           });
}

} // namespace

bool tolerated(const std::vector<api::core_v1::Toleration>& tolerations, const api::core_v1::Taint& taint) {
    return std::ranges::any_of(tolerations, [&](const auto& toleration) {
        return (toleration.effect.empty() || toleration.effect == taint.effect) &&
               (toleration.key.empty() || toleration.key == taint.key) &&
               (toleration.operator_ == "Exists" || toleration.value == taint.value);
    });
}

bool suitsNode(const api::core_v1::PodSpec& spec, const Node& node) {
    if (!spec.nodeName.empty() && spec.nodeName != node.metadata.name)
        return false;
    const bool selected = std::ranges::all_of(spec.nodeSelector, [&](const auto& wanted) {
        const auto label = node.metadata.labels.find(wanted.first);
        return label != node.metadata.labels.end() && label->second == wanted.second;
    });
    if (!selected || !spec.affinity || !spec.affinity->nodeAffinity)
        return selected;
    const auto& required = spec.affinity->nodeAffinity->requiredDuringSchedulingIgnoredDuringExecution;
    return !required ||
           std::ranges::any_of(required->nodeSelectorTerms, [&](const auto& term) { return meets(term, node); });
}

} // namespace slipway::controllers
