#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include "cluster/api/types/core_v1.h"

#include <map>
#include <memory>

namespace slipway::controllers {

/// What is still in a namespace that is being deleted.
struct NamespaceContent {
    std::map<std::string, int> remaining;  ///< objects by resource ("pods.", "deployments.apps")
    std::map<std::string, int> finalizers; ///< objects by the finalizer that holds them
    std::string failure;                   ///< of the last attempt to delete; empty: none

    bool empty() const { return remaining.empty() && failure.empty(); }
};

/// The conditions that tell how far the deletion of a namespace has come, in Kubernetes' words.
std::vector<api::core_v1::NamespaceCondition> namespaceConditions(std::vector<api::core_v1::NamespaceCondition> present,
                                                                  const NamespaceContent& content,
                                                                  const std::string& now);

/// Empties namespaces that are being deleted, pods before everything else (KEP-5080), and then lets them go.
std::unique_ptr<Reconciler> makeNamespaceController(const Context& context);

} // namespace slipway::controllers
