#pragma once

#include "cluster/controllers/garbage_collector/ownership_graph.h"

#include <string>
#include <vector>

namespace slipway::controllers {

/// What has become of an owner.
enum class OwnerState {
    present, ///< it is there, and stays
    waiting, ///< it is being deleted and waits for its dependents
    absent   ///< it does not exist
};

/// What is to be done with an object that has owners.
struct CollectionPlan {
    enum class Action {
        keep,
        dropOwners, ///< it has another owner: only the references in `drop` go
        remove
    } action = Action::keep;
    std::vector<std::string> drop; ///< uids of owners
    std::string propagation;       ///< of the removal
    bool unblock = false;          ///< it is part of a circle of waiting owners: its references must not block any more
};

/// Decides from the state of each owner (in the order of @p node.owners) and the dependents of the object. Finalizers
/// the object already has choose how its own dependents fare (after kube-controller-manager's garbage collector).
CollectionPlan planCollection(const OwnershipGraph::Node& node, const std::vector<OwnerState>& owners,
                              const std::vector<std::string>& finalizers,
                              const std::vector<std::pair<std::string, OwnershipGraph::Node>>& dependents);

} // namespace slipway::controllers
