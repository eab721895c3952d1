#pragma once

#include "cluster/apiserver/admission/cluster_state.h"
#include "cluster/apiserver/admission/request.h"

#include <span>
#include <string_view>

namespace slipway::apiserver::admission {

/// One plugin of the chain.
struct Plugin {
    std::string_view name; ///< Kubernetes' name
    Refusal (*admit)(Request& request, const ClusterState& cluster);
};

/// The plugins in the order they are asked: first those that may change the object, then, when its defaults and
/// validity were seen to, those that judge it. Webhooks and policies come at the end of each phase, quotas last of all
/// (admission.cpp).
std::span<const Plugin> mutatingPlugins();
std::span<const Plugin> validatingPlugins();

/// Asks one plugin after the other until one refuses.
Refusal ask(std::span<const Plugin> plugins, Request& request, const ClusterState& cluster);

} // namespace slipway::apiserver::admission
