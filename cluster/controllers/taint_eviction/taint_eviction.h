#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include "cluster/api/types/core_v1.h"

#include <memory>

namespace slipway::controllers {

/// How long a pod may stay on a node with these NoExecute taints: nothing means for ever, zero means it must go.
std::optional<std::chrono::seconds> toleratedTime(const api::core_v1::Pod& pod,
                                                  const std::vector<api::core_v1::Taint>& taints);

/// Deletes pods from nodes with NoExecute taints they do not tolerate, when their tolerationSeconds are over.
std::unique_ptr<Reconciler> makeTaintEvictionController(const Context& context);

} // namespace slipway::controllers
