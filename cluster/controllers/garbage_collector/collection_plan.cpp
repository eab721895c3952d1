#include "cluster/controllers/garbage_collector/collection_plan.h"

#include <algorithm>

namespace slipway::controllers {

CollectionPlan planCollection(const OwnershipGraph::Node& node, const std::vector<OwnerState>& owners,
                              const std::vector<std::string>& finalizers,
                              const std::vector<std::pair<std::string, OwnershipGraph::Node>>& dependents) {
    using Action = CollectionPlan::Action;
    CollectionPlan plan;
    const auto has = [&](const char* finalizer) {
        return std::ranges::find(finalizers, finalizer) != finalizers.end();
    };
    const bool kept = std::ranges::find(owners, OwnerState::present) != owners.end();
    const bool waiting = std::ranges::find(owners, OwnerState::waiting) != owners.end();
    if (owners.empty())
        return plan;
    if (kept) {
        for (std::size_t i = 0; i < owners.size(); ++i)
            if (owners[i] != OwnerState::present)
                plan.drop.push_back(node.owners[i].uid);
        plan.action = plan.drop.empty() ? Action::keep : Action::dropOwners;
        return plan;
    }
    plan.action = Action::remove;
    if (waiting && !dependents.empty()) {
        plan.unblock =
            std::ranges::any_of(dependents, [](const auto& dependent) { return dependent.second.foreground; });
        plan.propagation = "Foreground";
    } else {
        plan.propagation = has("orphan") ? "Orphan" : has("foregroundDeletion") ? "Foreground" : "Background";
    }
    return plan;
}

} // namespace slipway::controllers
