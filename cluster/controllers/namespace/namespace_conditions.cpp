#include "cluster/controllers/namespace/namespace.h"

#include <algorithm>
#include <format>

namespace slipway::controllers {

using api::core_v1::NamespaceCondition;

namespace {

void set(std::vector<NamespaceCondition>& conditions, const char* type, bool value, const char* reason,
         std::string message, const std::string& now) {
    auto found = std::ranges::find(conditions, type, &NamespaceCondition::type);
    if (found == conditions.end()) {
        conditions.emplace_back().type = type;
        found = conditions.end() - 1;
    }
    const std::string status = value ? "True" : "False";
    if (found->status != status)
        found->lastTransitionTime = now;
    found->status = status;
    found->reason = reason;
    found->message = std::move(message);
}

std::string listed(const std::map<std::string, int>& counts, const char* form) {
    std::string text;
    for (const auto& [name, count] : counts)
        text += (text.empty() ? "" : ", ") + std::vformat(form, std::make_format_args(name, count));
    return text;
}

} // namespace

std::vector<NamespaceCondition> namespaceConditions(std::vector<NamespaceCondition> present,
                                                    const NamespaceContent& content, const std::string& now) {
    set(present, "NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered",
        "All resources successfully discovered", now);
    set(present, "NamespaceDeletionGroupVersionParsingFailure", false, "ParsedGroupVersions",
        "All legacy kube types successfully parsed", now);
    if (content.failure.empty())
        set(present, "NamespaceDeletionContentFailure", false, "ContentDeleted",
            "All content successfully deleted, may be waiting on finalization", now);
    else
        set(present, "NamespaceDeletionContentFailure", true, "ContentDeletionFailed",
            "Failed to delete all resource types, 1 remaining: " + content.failure, now);
    if (content.remaining.empty())
        set(present, "NamespaceContentRemaining", false, "ContentRemoved", "All content successfully removed", now);
    else
        set(present, "NamespaceContentRemaining", true, "SomeResourcesRemain",
            "Some resources are remaining: " + listed(content.remaining, "{} has {} resource instances"), now);
    if (content.finalizers.empty())
        set(present, "NamespaceFinalizersRemaining", false, "ContentHasNoFinalizers",
            "All content-preserving finalizers finished", now);
    else
        set(present, "NamespaceFinalizersRemaining", true, "SomeFinalizersRemain",
            "Some content in the namespace has finalizers remaining: " +
                listed(content.finalizers, "{} in {} resource instances"),
            now);
    return present;
}

} // namespace slipway::controllers
